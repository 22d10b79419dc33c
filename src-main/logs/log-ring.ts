import type { LogHead } from './log-line.ts';

/** A line as the file has it. */
export type LogEntry = LogHead & { readonly text: string };

/** The newest log lines in memory, and whoever follows them. */
export type LogRing = {
  readonly push: (entry: LogEntry) => void;
  /** Oldest first. */
  readonly entries: () => readonly LogEntry[];
  /** Of the newest line there was; 0 before the first. */
  readonly lastSeq: () => number;
  readonly follow: (listener: (entry: LogEntry) => void) => () => void;
};

export const createLogRing = (capacity: number, lastSeq = 0): LogRing => {
  let entries: LogEntry[] = [];
  const followers = new Set<(entry: LogEntry) => void>();
  let last = lastSeq;
  return {
    push: (entry) => {
      last = entry.seq;
      entries.push(entry);
      // Some more than are shown, so that not every push copies them all.
      if (entries.length >= capacity * 1.25) entries = entries.slice(-capacity);
      for (const follower of followers) follower(entry);
    },
    entries: () => entries.slice(-capacity),
    lastSeq: () => last,
    follow: (listener) => {
      followers.add(listener);
      return () => followers.delete(listener);
    },
  };
};
