import type { Clock } from '../gateway-ports.ts';

/** The twin of the system clock: time stands still until the test moves it. */
export type ManualClock = Clock & {
  /** Lets time pass on both clocks and runs what falls due, in order. */
  readonly advance: (ms: number) => void;
  /** Sets the wall clock, as a user or NTP does: no time passes. */
  readonly setWall: (now: number) => void;
};

export const createManualClock = (start = 1_800_000_000_000): ManualClock => {
  let wall = start;
  let passed = 0;
  let waiting: { readonly at: number; readonly task: () => void }[] = [];

  const nextDue = (until: number) => waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];

  return {
    now: () => wall,
    monotonic: () => passed,
    after: (ms, task) => {
      const entry = { at: passed + ms, task };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((other) => other !== entry);
      };
    },
    advance: (ms) => {
      const end = passed + ms;
      for (let due = nextDue(end); due; due = nextDue(end)) {
        const { at, task } = due;
        waiting = waiting.filter((other) => other !== due);
        wall += at - passed;
        passed = at;
        task();
      }
      wall += end - passed;
      passed = end;
    },
    setWall: (now) => {
      wall = now;
    },
  };
};
