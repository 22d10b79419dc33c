import type { Logger } from 'pino';
import type { Message, SendReceipt } from '../../packages/plugin-sdk/src/index.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Database, NewOutboxRow, OutboxChanges, OutboxRow, Write } from '../storage/database.ts';
import { afterFailure } from './outbox-retry.ts';
import { withoutFiles } from './without-files.ts';

const pageRows = 20;
const lanesAtOnce = 32;
const storageRetryMs = 5_000;
/** A gateway has two seconds to stop. */
const closeGraceMs = 300;

/** What one channel has to send: in order inside a lane, lanes side by side, each message until it is sent or dead. */
export type Outbox = {
  /** Something is new in this lane. */
  readonly wake: (lane: string) => void;
  /** It can be sent again, after it could not. */
  readonly wakeAll: () => void;
  /** Sends no more. What hangs is not waited for: the next start finds it as in doubt. */
  readonly close: () => Promise<void>;
};

export type OutboxPorts = {
  readonly channel: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly send: (to: string, message: Message) => Promise<SendReceipt>;
  /** The plugin runs, and no operator holds it back. */
  readonly canSend: () => boolean;
  readonly isIdempotent: () => boolean;
  /** What became of a message is on the disk. */
  readonly onEnded: () => void;
};

type Lane = {
  again: boolean;
  cancel: () => void;
  /** What became of a message, where the disk does not know it yet: it goes there in the same commit as the next. */
  unwritten: readonly Write[];
};

export const createOutbox = (ports: OutboxPorts): Outbox => {
  const { channel, database, clock, log } = ports;
  const lanes = new Map<string, Lane>();
  /** Lanes that wait for a place, first come first served. */
  const ready: string[] = [];
  const atWork = new Set<Promise<void>>();
  let closed = false;
  let abandoned = false;

  const next = (): void => {
    while (!closed && atWork.size < lanesAtOnce) {
      const name = ready.shift();
      if (name === undefined) return;
      const work = drain(name).finally(() => {
        atWork.delete(work);
        next();
      });
      atWork.add(work);
    }
  };

  const begin = (name: string): void => {
    ready.push(name);
    next();
  };

  /** Sends what the lane has; then the lane is gone, or waits for its time. */
  const drain = async (name: string): Promise<void> => {
    const lane = lanes.get(name);
    if (!lane) return;
    const wait = await sendAll(name, lane).catch((err: unknown) => {
      if (!closed) log.warn({ err }, 'what becomes of a message cannot be written down; it is tried again');
      return storageRetryMs;
    });
    if (closed) return;
    if (wait !== null) lane.cancel = clock.after(wait, () => begin(name));
    else if (lane.again) begin(name);
    else lanes.delete(name);
  };

  /** @returns how long it has to wait; null where nothing is left, or nothing can be sent for now */
  const sendAll = async (name: string, lane: Lane): Promise<number | null> => {
    for (;;) {
      await write(lane);
      lane.again = false;
      const rows = await database.read({ op: 'outbox.ofLane', channel, lane: name, after: 0, limit: pageRows });
      for (const row of rows) {
        const wait = waitFor(row);
        if (wait > 0) return wait;
        if (closed || !ports.canSend()) return null;
        await write(lane, { op: 'outbox.update', no: row.no, changes: { state: 'inflight', nextAt: null } });
        const { changes, instead } = await attempt(row);
        lane.unwritten = [{ op: 'outbox.update', no: row.no, changes }, ...instead.map((row) => ({ op: 'outbox.put', row }) as const)];
        if (instead.length > 0) lane.again = true;
        if (changes.endedAt !== undefined) continue;
        await write(lane);
        return changes.state === 'retry' ? waitFor({ ...row, ...changes }) : null;
      }
      await write(lane);
      if (rows.length < pageRows && !lane.again) return null;
    }
  };

  const write = async (lane: Lane, ...more: readonly Write[]): Promise<void> => {
    if (lane.unwritten.length + more.length === 0) return;
    if (abandoned) throw new Error('The channel is closed.');
    await database.write([...lane.unwritten, ...more]);
    if (lane.unwritten.length > 0) ports.onEnded();
    lane.unwritten = [];
  };

  /** `instead`: what goes out in its place. */
  const attempt = async (row: OutboxRow): Promise<{ readonly changes: OutboxChanges; readonly instead: readonly NewOutboxRow[] }> => {
    try {
      const { id = null } = await ports.send(row.to, row.message);
      return { changes: { state: 'sent', receiptId: id, error: null, endedAt: clock.now() }, instead: [] };
    } catch (failure) {
      const chance = (ports.randomBytes(1)[0] ?? 0) / 255;
      const changes = afterFailure(row, failure, { now: clock.now(), chance, idempotent: ports.isIdempotent() });
      log.warn({ message: row.id, attempts: changes.attempts ?? row.attempts }, `a message is ${changes.state}: ${changes.error}`);
      if (changes.state !== 'dead') return { changes, instead: [] };
      return { changes, instead: withoutFiles(row, failure, { now: clock.now(), randomBytes: ports.randomBytes }) };
    }
  };

  const waitFor = ({ state, nextAt }: Pick<OutboxRow, 'state' | 'nextAt'>): number =>
    state === 'retry' && nextAt !== null ? Math.max(0, nextAt - clock.now()) : 0;

  const wake = (name: string): void => {
    if (closed) return;
    const there = lanes.get(name);
    if (there) {
      there.again = true;
      return;
    }
    lanes.set(name, { again: false, cancel: () => undefined, unwritten: [] });
    begin(name);
  };

  return {
    wake,
    wakeAll: () => {
      if (closed) return;
      database.read({ op: 'outbox.lanes', channel }).then(
        (names) => names.forEach(wake),
        (err: unknown) => log.warn({ err }, 'what is to be sent cannot be read'),
      );
    },
    close: async () => {
      closed = true;
      for (const { cancel } of lanes.values()) cancel();
      let cancel = (): void => undefined;
      const grace = new Promise<void>((resolve) => {
        cancel = clock.after(closeGraceMs, resolve);
      });
      await Promise.race([Promise.all(atWork), grace]);
      cancel();
      abandoned = true;
    },
  };
};
