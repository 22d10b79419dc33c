import type { LogBatch, LogLine } from '../../src-shared/contract/rest.ts';
import type { FakeGateway } from './fake-gateway.ts';

export const fakeLine = (seq: number, known: Partial<LogLine> = {}): LogLine => ({
  seq,
  time: 1_000_000 + seq,
  level: 'info',
  source: 'turn',
  message: `line ${seq}`,
  fields: {},
  ...known,
});

/** The logs of a fake gateway: read back by page, and followed. */
export type FakeLogs = {
  /** Lines that there are, oldest first; none of them is sent. */
  readonly lines: LogLine[];
  /** New ones, for whoever follows. */
  readonly say: (lines: readonly LogLine[], dropped?: number) => void;
  /** Queries of `getLogs` so far. */
  readonly asked: URLSearchParams[];
};

const numbers = { debug: 0, info: 1, warn: 2, error: 3 };

export const serveFakeLogs = (gateway: FakeGateway): FakeLogs => {
  const lines: LogLine[] = [];
  const asked: URLSearchParams[] = [];
  let to = 0;

  gateway.serve = ({ method, path, query }) => {
    if (method !== 'GET' || path !== '/api/v1/logs') return null;
    asked.push(query);
    const limit = Number(query.get('limit') ?? 200);
    const [after, before] = [Number(query.get('after') ?? 0), Number(query.get('before') ?? Number.POSITIVE_INFINITY)];
    const level = numbers[(query.get('level') ?? 'info') as LogLine['level']];
    const fits = lines.filter((line) => line.seq > after && line.seq < before && numbers[line.level] >= level);
    const page = fits.slice(-limit);
    return { status: 200, body: { lines: page, nextBefore: fits.length > limit ? (page[0]?.seq ?? null) : null } };
  };

  gateway.hear = (frame) => {
    if (frame.type !== 'subscribe' || !frame.topics.includes('logs')) return;
    to = lines.at(-1)?.seq ?? 0;
    gateway.tell('logs', { from: to, to, lines: [], dropped: 0 } satisfies LogBatch);
  };

  return {
    lines,
    asked,
    say: (more, dropped = 0) => {
      lines.push(...more);
      const from = to;
      to = (more.at(-1)?.seq ?? to) + dropped;
      gateway.tell('logs', { from, to, lines: [...more], dropped } satisfies LogBatch);
    },
  };
};
