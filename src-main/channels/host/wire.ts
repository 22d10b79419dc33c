import type { Duplex } from 'node:stream';

/** What travels: JSON, and beside it the bytes that stand under `bytes` of a call's payload or of its outcome. */
export type WireMessage = Readonly<Record<string, unknown>>;

export type Wire = {
  /** @throws RangeError where it is too large, TypeError where it is not JSON */
  readonly post: (message: WireMessage) => void;
  /** Nothing is read until it is called again with false. */
  readonly hold: (held: boolean) => void;
  readonly close: () => void;
};

export const maxJsonBytes = 1024 * 1024;
export const maxAttachedBytes = 25 * 1024 * 1024;
const headBytes = 8;

/**
 * Frames over a pipe: two lengths, the JSON, the bytes. Node's own channel between processes is not used because a
 * plugin can write to it what makes the parent throw, and because it reads without end.
 *
 * @param on.broken called once, with the reason, for what is not of this form; then nothing more is read
 */
export const createWire = (
  stream: Duplex,
  on: { readonly message: (message: unknown, size: number) => void; readonly broken: (why: string) => void },
): Wire => {
  let chunks: Buffer[] = [];
  let size = 0;
  let held = false;
  let closed = false;

  const take = (bytes: number): Buffer => {
    const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
    const rest = all.subarray(bytes);
    chunks = rest.length > 0 ? [rest] : [];
    size = rest.length;
    return all.subarray(0, bytes);
  };
  const peekHead = (): Buffer | null => {
    if (size < headBytes) return null;
    const [first] = chunks;
    if (first && first.length >= headBytes) return first;
    chunks = [Buffer.concat(chunks, size)];
    return chunks[0] as Buffer;
  };
  const nextMessage = (): { readonly message: WireMessage; readonly size: number } | null => {
    const head = peekHead();
    if (!head) return null;
    const [jsonBytes, attached] = [head.readUInt32LE(0), head.readUInt32LE(4)];
    if (jsonBytes > maxJsonBytes) throw new Error(`It sent ${jsonBytes} bytes of JSON at once; ${maxJsonBytes} are allowed.`);
    if (attached > maxAttachedBytes) throw new Error(`It sent a file of ${attached} bytes; ${maxAttachedBytes} are allowed.`);
    const whole = headBytes + jsonBytes + attached;
    return size < whole ? null : { message: decode(take(whole), jsonBytes), size: whole };
  };
  const read = (): void => {
    try {
      while (!held && !closed) {
        const next = nextMessage();
        if (!next) return;
        on.message(next.message, next.size);
      }
    } catch (error) {
      close();
      on.broken((error as Error).message);
    }
  };
  const close = (): void => {
    closed = true;
    chunks = [];
    stream.destroy();
  };

  stream.on('data', (chunk: Buffer) => {
    if (closed) return;
    chunks.push(chunk);
    size += chunk.length;
    read();
  });
  // The other side's end is told by its process.
  stream.on('error', () => undefined);

  return {
    post: (message) => {
      if (!closed && stream.writable) stream.write(encode(message));
    },
    hold: (next) => {
      if (closed || next === held) return;
      held = next;
      if (held) stream.pause();
      else {
        read();
        if (!held) stream.resume();
      }
    },
    close,
  };
};

/** For what birpc writes: an answer that does not fit becomes one that says so, or the other side would wait for ever. */
export const postOrFail = (wire: Wire, message: WireMessage): void => {
  try {
    wire.post(message);
  } catch (error) {
    if (message.t !== 's') throw error;
    const failed = { code: 'INTERNAL', message: `The answer cannot be sent: ${(error as Error).message}`, retryable: false };
    wire.post({ t: 's', i: message.i, r: { ok: false, failed } });
  }
};

const encode = (message: WireMessage): Buffer => {
  const body = bodyOf(message);
  const attached = body?.bytes instanceof Uint8Array ? body.bytes : null;
  const bytes = attached ?? new Uint8Array();
  const json = Buffer.from(
    JSON.stringify(message, attached === null ? undefined : (_key, value) => (value === attached ? undefined : value)),
  );
  if (json.length > maxJsonBytes) throw new RangeError(`That is ${json.length} bytes as JSON; at most ${maxJsonBytes} are allowed.`);
  if (bytes.length > maxAttachedBytes) throw new RangeError(`That is ${bytes.length} bytes; at most ${maxAttachedBytes} are allowed.`);
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(json.length, 0);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, json, bytes]);
};

/** The payload of a call, or the outcome of one. */
const bodyOf = (message: WireMessage): Record<string, unknown> | null => {
  const body: unknown = message.t === 'q' ? (Array.isArray(message.a) ? message.a[1] : null) : message.r;
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : null;
};

const decode = (frame: Buffer, jsonBytes: number): WireMessage => {
  const message = parse(frame.toString('utf8', headBytes, headBytes + jsonBytes));
  if (frame.length > headBytes + jsonBytes) {
    const body = bodyOf(message);
    if (!body) throw new Error('It sent bytes that belong to no call.');
    // A copy: the frame may share its memory with what else was read.
    body.bytes = Uint8Array.from(frame.subarray(headBytes + jsonBytes));
  }
  return message;
};

const parse = (json: string): WireMessage => {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null) return value as WireMessage;
  } catch {
    // Said below.
  }
  throw new Error('It sent what is not JSON.');
};
