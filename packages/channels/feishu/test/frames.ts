/** Feishu's frames, protobuf `pbbp2.Frame`, written down here again so that the SDK is not tested against itself. */
export type Frame = {
  readonly seqId: number;
  readonly logId: number;
  readonly service: number;
  /** 0: control, 1: data. */
  readonly method: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
};

const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]);
const bytes = (field: number, value: Uint8Array | readonly number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(value.length),
  ...value,
];
const text = (field: number, value: string): number[] => bytes(field, new TextEncoder().encode(value));
const number = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];

export const encodeFrame = ({ seqId, logId, service, method, headers, payload }: Frame): Uint8Array =>
  new Uint8Array([
    ...number(1, seqId),
    ...number(2, logId),
    ...number(3, service),
    ...number(4, method),
    ...Object.entries(headers).flatMap(([key, value]) => bytes(5, [...text(1, key), ...text(2, value)])),
    ...bytes(8, payload),
  ]);

export const decodeFrame = (data: Uint8Array): Frame => {
  const fields = readFields(data);
  const decoder = new TextDecoder();
  const one = (field: number): number => Number(fields.find(([name]) => name === field)?.[1] ?? 0);
  const headers = fields
    .filter(([name]) => name === 5)
    .map(([, header]) => readFields(header as Uint8Array).map(([, value]) => decoder.decode(value as Uint8Array)));
  const payload = fields.find(([name]) => name === 8)?.[1] as Uint8Array | undefined;
  return {
    ...{ seqId: one(1), logId: one(2), service: one(3), method: one(4) },
    ...{ headers: Object.fromEntries(headers), payload: payload ?? new Uint8Array() },
  };
};

const readFields = (data: Uint8Array): [field: number, value: number | Uint8Array][] => {
  const fields: [number, number | Uint8Array][] = [];
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = data[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < data.length) {
    const key = next();
    if (key % 8 === 0) fields.push([key >> 3, next()]);
    else {
      const length = next();
      fields.push([key >> 3, data.subarray(at, at + length)]);
      at += length;
    }
  }
  return fields;
};
