import type { Clock } from '../gateway-ports.ts';

/** A time that stands still while somebody is asked. */
export type TimeLimit = {
  /** As often as it was paused it has to be resumed. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly cancel: () => void;
};

/** Calls `over` once after `ms` of running time. */
export const startTimeLimit = (clock: Pick<Clock, 'monotonic' | 'after'>, ms: number, over: () => void): TimeLimit => {
  let left = ms;
  let pauses = 0;
  let startedAt = clock.monotonic();
  let cancel = clock.after(left, over);
  return {
    pause: () => {
      pauses += 1;
      if (pauses > 1) return;
      cancel();
      left -= clock.monotonic() - startedAt;
    },
    resume: () => {
      pauses -= 1;
      if (pauses > 0) return;
      startedAt = clock.monotonic();
      cancel = clock.after(Math.max(0, left), over);
    },
    cancel: () => cancel(),
  };
};
