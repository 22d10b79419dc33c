import type { ErrorCode } from '../../src-shared/error-codes.ts';
import type { OpenReport, Purged, Read, TurnRow, Write } from './database.ts';

/** `workerData` of the storage worker. */
export type WorkerOptions = {
  readonly file: string;
  readonly maxDatabaseMb: number | null;
  /** Milliseconds since 1970: names a damaged file. */
  readonly openedAt: number;
  /** `F_FULLFSYNC`: macOS answers a plain fsync before the data is on the disk. */
  readonly fullFsync: boolean;
  /** Rename what is there, it is damaged, and begin anew. */
  readonly keepAside: boolean;
};

/** An error on its way over. */
export type Failure = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly retryable: boolean;
  readonly cause: string | null;
};

export type ToWorker = { readonly packed: Packed; readonly reads: readonly Read[] } | 'close';

/** Results of a group: its writes after the commit, then its reads, each only if there are any. */
export type FromWorker =
  | { readonly kind: 'opened'; readonly report: OpenReport }
  /** The last message: opening failed. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** The last message: open again in a new worker, with `keepAside`. */
  | { readonly kind: 'damaged' }
  /** One per call: what each of its writes yields. */
  | { readonly kind: 'written'; readonly results: readonly (readonly (WriteYield | null)[] | { readonly failure: Failure })[] }
  /** One per read: the result as JSON. */
  | { readonly kind: 'read'; readonly results: readonly (string | { readonly failure: Failure })[] }
  /** The last message. */
  | { readonly kind: 'closed'; readonly failure: Failure | null };

export type WriteYield = readonly number[] | number | Purged;

/**
 * A group of calls in one flat array of texts and numbers: structured clone takes two thirds of the time it needs
 * for the same as objects (28 µs against 45 µs of CPU a turn, both threads, four turns in a group).
 */
export type Packed = (string | number | null)[];

/** A write as the worker sees it: what is stored as JSON is JSON already. */
export type PackedWrite =
  | Extract<Write, { op: 'session.put' }>
  | { readonly op: 'turn.insert'; readonly turn: PackedTurn }
  | { readonly op: 'events.append'; readonly sessionId: string; readonly events: readonly PackedEvent[] }
  | {
      readonly op: 'turn.end';
      readonly messageId: string;
      readonly status: TurnRow['status'];
      readonly endedAt: number;
      readonly usage: string | null;
      readonly model: string | null;
      readonly durationMs: number;
    }
  | Exclude<Write, { op: 'session.put' | 'turn.insert' | 'events.append' | 'turn.end' }>;

export type PackedEvent = { readonly messageId: string; readonly at: number; readonly event: string };

export type PackedTurn = Omit<Extract<Write, { op: 'turn.insert' }>['turn'], 'options'> & { readonly options: string };

/** Adds a call to the group. */
export const packCall = (packed: Packed, writes: readonly Write[]): void => {
  packed.push(writes.length);
  for (const write of writes) {
    switch (write.op) {
      case 'session.put': {
        const { id, ownerId, name, title, agentId, channel, createdAt, hidden } = write.session;
        packed.push(sessionPut, id, ownerId, name, title, agentId, channel, createdAt, hidden ? 1 : 0);
        break;
      }
      case 'turn.insert': {
        const t = write.turn;
        packed.push(turnInsert, t.messageId, t.sessionId, t.ownerId, t.agentId, t.traceId, t.via, t.acceptedAt);
        packed.push(JSON.stringify(t.options), t.idempotencyKey, t.bodyHash);
        break;
      }
      case 'events.append':
        packed.push(eventsAppend, write.sessionId, write.events.length);
        for (const { messageId, at, event } of write.events) packed.push(messageId, at, JSON.stringify(event));
        break;
      case 'turn.end':
        packed.push(turnEnd, write.messageId, write.status, write.endedAt, write.usage && JSON.stringify(write.usage));
        packed.push(write.model, write.durationMs);
        break;
      default:
        packed.push(other, JSON.stringify(write));
    }
  }
};

/** Reads back what `packCall` wrote, call by call. */
export const unpackCalls = (packed: Packed): PackedWrite[][] => {
  let at = 0;
  const next = () => packed[at++];
  const text = () => next() as string;
  const number = () => next() as number;
  const nullable = () => next() as string | null;
  const calls: PackedWrite[][] = [];
  while (at < packed.length) {
    const writes: PackedWrite[] = [];
    for (let left = number(); left > 0; left--) writes.push(unpackWrite(text, number, nullable));
    calls.push(writes);
  }
  return calls;
};

const unpackWrite = (text: () => string, number: () => number, nullable: () => string | null): PackedWrite => {
  const op = number();
  switch (op) {
    case sessionPut:
      return {
        op: 'session.put',
        session: {
          id: text(),
          ownerId: text(),
          name: nullable(),
          title: text(),
          agentId: text(),
          channel: text(),
          createdAt: number(),
          hidden: number() === 1,
        },
      };
    case turnInsert:
      return {
        op: 'turn.insert',
        turn: {
          messageId: text(),
          sessionId: text(),
          ownerId: text(),
          agentId: text(),
          traceId: text(),
          via: text() as TurnRow['via'],
          acceptedAt: number(),
          options: text(),
          idempotencyKey: nullable(),
          bodyHash: nullable(),
        },
      };
    case eventsAppend: {
      const sessionId = text();
      const events: PackedEvent[] = [];
      for (let left = number(); left > 0; left--) events.push({ messageId: text(), at: number(), event: text() });
      return { op: 'events.append', sessionId, events };
    }
    case turnEnd:
      return {
        op: 'turn.end',
        messageId: text(),
        status: text() as TurnRow['status'],
        endedAt: number(),
        usage: nullable(),
        model: nullable(),
        durationMs: number(),
      };
    default:
      return JSON.parse(text()) as PackedWrite;
  }
};

const sessionPut = 0;
const turnInsert = 1;
const eventsAppend = 2;
const turnEnd = 3;
const other = 4;
