import type { Logger } from 'pino';
import { deleteUndoMs } from '../../src-shared/contract/routes/sessions.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Database, Purged } from '../storage/database.ts';

type RetentionPorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** `retention.days`; undefined: everything is kept. */
  readonly days: () => number | undefined;
  /** Told after each round, with how many sessions are gone for good. */
  readonly afterRound: (sessionsGone: number) => Promise<void>;
};

const dayMs = 24 * 3_600_000;
/** Between rounds, and before the first: a start has better things to do. */
const roundMs = 60_000;
/** Between pieces, so that turns find the storage free for most of the time. */
const restMs = 25;
/** Rows of a piece: some 5 ms of the storage worker. */
const pieceRows = 100;
/** What is known of turns that left nothing in the history is kept for the request inspector. */
const hiddenDays = 7;
const batchDays = 30;
/** What channels heard and sent: a platform that brings a message again does so within days. */
const channelDays = 7;

/** Takes what is kept no longer out of the database, in the background. Returns its undo. */
export const startRetention = ({ database, clock, log, days, afterRound }: RetentionPorts): (() => Promise<void>) => {
  let stopped = false;
  let round = Promise.resolve();
  let wake = (): void => undefined;

  const daysAgo = (count: number): number => clock.now() - count * dayMs;

  const purgeSessions = async (): Promise<Purged> => {
    const kept = days();
    const [piece] = await database.write([
      {
        op: 'session.purge',
        deletedBefore: clock.now() - deleteUndoMs,
        hiddenBefore: daysAgo(Math.min(hiddenDays, kept ?? hiddenDays)),
        usedBefore: kept === undefined ? null : daysAgo(kept),
        limit: pieceRows,
      },
    ]);
    return piece;
  };

  const purgeBatches = async (): Promise<Purged> => {
    const [piece] = await database.write([{ op: 'batch.purge', endedBefore: daysAgo(days() ?? batchDays), limit: pieceRows }]);
    return piece;
  };

  const purgeChannels = async (): Promise<Purged> => {
    const [piece] = await database.write([
      { op: 'channel.purge', endedBefore: daysAgo(Math.min(channelDays, days() ?? channelDays)), limit: pieceRows },
    ]);
    return piece;
  };

  const pieceByPiece = async (purge: () => Promise<Purged>): Promise<number> => {
    let gone = 0;
    while (!stopped) {
      const piece = await purge();
      gone += piece.gone;
      if (!piece.more) break;
      await new Promise<void>((resolve) => {
        const cancel = clock.after(restMs, resolve);
        wake = () => {
          cancel();
          resolve();
        };
      });
    }
    return gone;
  };

  const runRound = async (): Promise<void> => {
    try {
      const sessions = await pieceByPiece(purgeSessions);
      const batches = await pieceByPiece(purgeBatches);
      await pieceByPiece(purgeChannels);
      if (sessions + batches > 0)
        log.info({ source: 'storage', sessions, batches }, `retention: ${sessions} sessions and ${batches} batches are gone for good`);
      if (!stopped) await afterRound(sessions);
    } catch (error) {
      log.warn({ source: 'storage', err: error }, 'retention: what is kept no longer could not be removed; it is tried again');
    }
    if (!stopped) cancelNext = clock.after(roundMs, begin);
  };

  const begin = (): void => {
    round = runRound();
  };

  let cancelNext = clock.after(roundMs, begin);

  return () => {
    stopped = true;
    cancelNext();
    wake();
    return round;
  };
};
