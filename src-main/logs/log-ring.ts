import type { LogLine } from '../../src-shared/contract/rest.ts';

/** The newest log lines in memory, and whoever follows them. */
export type LogRing = {
  readonly push: (line: LogLine) => void;
  /** Oldest first. */
  readonly lines: () => readonly LogLine[];
  readonly follow: (listener: (line: LogLine) => void) => () => void;
};

export const createLogRing = (capacity: number): LogRing => {
  let lines: LogLine[] = [];
  const followers = new Set<(line: LogLine) => void>();
  return {
    push: (line) => {
      lines.push(line);
      // Cutting in halves keeps a push cheap: one copy for every `capacity` lines.
      if (lines.length >= capacity * 2) lines = lines.slice(-capacity);
      for (const follower of followers) follower(line);
    },
    lines: () => lines.slice(-capacity),
    follow: (listener) => {
      followers.add(listener);
      return () => followers.delete(listener);
    },
  };
};
