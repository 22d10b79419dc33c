import type { LogBatch, LogLevel, LogLine } from '../../src-shared/contract/rest.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Log } from './create-log.ts';
import { createLogFilter, type LogFilter } from './log-filter.ts';
import type { LogEntry } from './log-ring.ts';

export type LogReader = {
  readonly filter: LogFilter;
  /** Begins behind this line, as far as it is in memory; else with the next one. */
  readonly after?: number;
  /** False while the reader has not taken what it was sent. */
  readonly hasRoom: () => boolean;
  readonly deliver: (batch: LogBatch) => void;
};

/** Follows the log until undone. A reader that is slow loses lines, and is told how many. */
export type FollowLog = (reader: LogReader) => () => void;

const batchMs = 100;
/** What waits for one reader at most: characters of the lines as the file has them. */
const waitingMost = 1024 * 1024;

export const createLogFeed =
  ({ log, clock }: { readonly log: Pick<Log, 'ring' | 'lowerLevel'>; readonly clock: Pick<Clock, 'after'> }): FollowLog =>
  ({ filter, after, hasRoom, deliver }) => {
    const { ring } = log;
    const passes = createLogFilter(filter);
    let lines: LogLine[] = [];
    let size = 0;
    let dropped = 0;
    let from = after ?? ring.lastSeq();
    let to = from;
    let cancel: (() => void) | null = null;

    const take = (entry: LogEntry): void => {
      const line = passes(entry, entry.text);
      if (line === null) return;
      to = entry.seq;
      // The line behind a lost one would hide where the gap is.
      if (dropped > 0 || size + entry.text.length > waitingMost) dropped += 1;
      else {
        lines.push(line);
        size += entry.text.length;
      }
      cancel ??= clock.after(batchMs, send);
    };

    const send = (): void => {
      cancel = null;
      if (!hasRoom()) {
        cancel = clock.after(batchMs, send);
        return;
      }
      const batch = { from, to, lines, dropped };
      lines = [];
      size = 0;
      dropped = 0;
      from = to;
      deliver(batch);
    };

    const restore = log.lowerLevel(filter.level satisfies LogLevel);
    send();
    for (const entry of ring.entries()) if (entry.seq > from) take(entry);
    const unfollow = ring.follow(take);
    return () => {
      unfollow();
      restore();
      cancel?.();
    };
  };
