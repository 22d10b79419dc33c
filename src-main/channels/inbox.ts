import type { Logger } from 'pino';
import type { InboundMessage } from '../../packages/plugin-sdk/src/index.ts';
import { AppError } from '../../src-shared/app-error.ts';
import type { ChannelConfig } from '../../src-shared/contract/channel-config.ts';
import type { Clock } from '../gateway-ports.ts';
import { createLane } from '../lane.ts';
import type { Database, InboxOutcome, InboxRow, NewOutboxRow, Write } from '../storage/database.ts';
import { createAdmit, defaultRateLimit } from './admit.ts';
import type { ChannelAnswer, ChannelTurns } from './channel-turns.ts';
import { channelWords } from './channel-words.ts';
import { createTokenBucket } from './host/token-bucket.ts';
import { hasCode, type Peers } from './peers.ts';
import { isQuiet } from './quiet-hours.ts';
import { conversationOf } from './session-name.ts';

/** Turns at work or in the queue, each with its message in memory; the rest waits on the disk. */
const activeMost = 200;
/** That have no answer yet, all in all. */
const waitingMost = 10_000;
const pageRows = 50;
const retryMs = 5_000;
const quietLookMs = 30_000;
/** Strangers that are given a code. */
const asksAnHour = 30;

/** What one channel hears: on the disk before the platform is told, answered once. */
export type Inbox = {
  /** Resolves when it is on the disk, or is nothing to answer. @throws AppError QUEUE_FULL, GATEWAY_STOPPING, STORAGE_*: the platform must not be told */
  readonly heard: (message: InboundMessage) => Promise<void>;
  /** What waits may go on, as far as it may. */
  readonly wake: () => void;
  /** Takes nothing more. Turns at work go on, and are answered. */
  readonly close: () => void;
};

export type InboxPorts = {
  readonly channel: string;
  readonly entry: ChannelConfig;
  readonly account: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly peers: Peers;
  readonly turns: Pick<ChannelTurns, 'answer'>;
  readonly ownFiles: (message: InboundMessage) => Promise<InboundMessage>;
  /** Files of a message that nobody answers. */
  readonly discardFiles: (message: InboundMessage) => Promise<void>;
  /** An operator holds it back, or the plugin has never run. */
  readonly isHeld: () => boolean;
  readonly reply: (answer: ChannelAnswer, to: InboundMessage) => Promise<readonly NewOutboxRow[]>;
  /** Another message is on the disk. */
  readonly onHeard: () => void;
  /** These are on the disk. */
  readonly onReply: (rows: readonly NewOutboxRow[]) => void;
};

export const createInbox = (ports: InboxPorts): Inbox => {
  const { channel, entry, database, clock, log, peers } = ports;
  const admit = createAdmit(entry, clock);
  const asks = createTokenBucket(clock, asksAnHour / 3_600, asksAnHour);
  const inOrder = createLane();
  /** Whoever is known already, or answered in fewer words, does not overtake the others. */
  const inTurn = { looks: createLane(), replies: createLane() };
  const active = new Set<number>();
  /** The newest that was taken up. */
  let cursor = 0;
  /** The disk may have some that are not in memory. */
  let behind = true;
  let cameMeanwhile = false;
  /** That have no answer yet, about: the disk is asked at first, and before anything is refused. */
  let waiting: number | null = null;
  let pumping = false;
  let closed = false;
  let cancelQuiet: (() => void) | null = null;
  let cancelRetry: (() => void) | null = null;

  const mayTake = (): boolean => {
    if (closed || active.size >= activeMost || ports.isHeld()) return false;
    if (!isQuiet(entry.quietHours, clock.now())) return true;
    cancelQuiet ??= clock.after(quietLookMs, () => {
      cancelQuiet = null;
      pump();
    });
    return false;
  };

  const tryAgain = (): void => {
    if (closed) return;
    cancelRetry ??= clock.after(retryMs, () => {
      cancelRetry = null;
      fromTheStart();
    });
  };

  const fromTheStart = (): void => {
    cursor = 0;
    behind = true;
    pump();
  };

  const pump = (): void => {
    if (pumping || !behind || !mayTake()) return;
    pumping = true;
    takeWaiting()
      .catch((err: unknown) => {
        log.warn({ err }, 'what was heard cannot be read; it is tried again');
        tryAgain();
      })
      .finally(() => {
        pumping = false;
      });
  };

  const takeWaiting = async (): Promise<void> => {
    while (behind && mayTake()) {
      cameMeanwhile = false;
      const rows = await database.read({ op: 'inbox.waiting', channel, after: cursor, limit: pageRows });
      for (const row of rows) {
        if (!mayTake()) return;
        begin(row, false);
      }
      if (rows.length === 0 && !cameMeanwhile) behind = false;
    }
  };

  const arrived = (row: InboxRow): void => {
    if (row.no <= cursor) return;
    if (!behind && mayTake()) {
      begin(row, true);
      return;
    }
    behind = true;
    cameMeanwhile = true;
    pump();
  };

  const begin = (row: InboxRow, isNew: boolean): void => {
    cursor = Math.max(cursor, row.no);
    if (active.has(row.no)) return;
    active.add(row.no);
    process(row, isNew)
      .catch((thrown: unknown) => {
        // Ended meanwhile: there is nothing to answer.
        if (AppError.from(thrown).code === 'MESSAGE_UNKNOWN') return;
        if (!closed) log.warn({ err: thrown }, 'a message could not be answered; it is tried again');
        tryAgain();
      })
      .finally(() => {
        active.delete(row.no);
        pump();
      });
  };

  const process = async (row: InboxRow, isNew: boolean): Promise<void> => {
    const { message } = row;
    const { id } = message.from;
    const status = (await inTurn.looks(() => peers.find(channel, id)))?.status ?? null;
    if (status === 'blocked') return end(row, 'ignored');
    if (status === 'allowed' || status === 'owner' || entry.senders === 'anyone') {
      const answer = await ports.turns.answer(row, isNew, status !== 'allowed' && status !== 'owner');
      if (answer === null) tryAgain();
      else await end(row, 'answered', await inTurn.replies(() => ports.reply(answer, message)));
      return;
    }
    const asked = entry.senders === 'listed' || asks.left() < 1 ? null : await peers.ask(channel, message);
    if (asked === null) return end(row, 'ignored');
    asks.take();
    await end(row, 'asked', await ports.reply({ text: channelWords(message.content).pairing(asked.code) }, message), [asked.write]);
    peers.changed(channel, id);
  };

  /** The end of a question and its answer are one commit. */
  const end = async (
    row: InboxRow,
    outcome: InboxOutcome,
    replies: readonly NewOutboxRow[] = [],
    also: readonly Write[] = [],
  ): Promise<void> => {
    await database.write([{ op: 'inbox.end', no: row.no, outcome, at: clock.now() }, ...also, ...replies.map(toWrite)]);
    if (waiting !== null) waiting -= 1;
    ports.onReply(replies);
    if (outcome !== 'answered') await ports.discardFiles(row.message);
  };

  const refuseOnce = async (message: InboundMessage): Promise<void> => {
    const rows = await ports.reply({ text: channelWords(message.content).tooMany(entry.rateLimit ?? defaultRateLimit) }, message);
    await database.write(rows.map(toWrite));
    ports.onReply(rows);
  };

  const isFull = async (): Promise<boolean> => {
    if (waiting === null || waiting >= waitingMost) waiting = await database.read({ op: 'inbox.count', channel, most: waitingMost });
    return waiting >= waitingMost;
  };

  /** Looks and begins to write; what it gives back is when that is done. */
  const take = async (message: InboundMessage): Promise<() => Promise<void>> => {
    const peer = await peers.find(channel, message.from.id);
    const verdict = admit(message, peer?.status ?? null);
    if (verdict === 'limited')
      return async () => {
        await ports.discardFiles(message);
        await refuseOnce(message);
      };
    // They have a code that still counts.
    const isAsked = verdict === 'ask' && peer !== null && hasCode(peer, clock.now());
    if (verdict === 'drop' || isAsked) return () => ports.discardFiles(message);
    if (await isFull()) throw new AppError('QUEUE_FULL', { message: 'Too many messages of this channel wait for an answer.' });
    const row = { channel, account: ports.account, conversation: conversationOf(message), heardAt: clock.now(), message };
    const written = database.write([{ op: 'inbox.put', row }]);
    written.catch(() => undefined);
    return async () => {
      const [no] = await written;
      if (no === 0) return;
      if (waiting !== null) waiting += 1;
      ports.onHeard();
      arrived({ ...row, no });
    };
  };

  return {
    heard: async (message) => {
      if (closed) throw new AppError('GATEWAY_STOPPING');
      const done = await inOrder(async () => take(await ports.ownFiles(message)));
      await done();
    },
    wake: fromTheStart,
    close: () => {
      closed = true;
      cancelQuiet?.();
      cancelRetry?.();
    },
  };
};

const toWrite = (row: NewOutboxRow): Write => ({ op: 'outbox.put', row });
