import type { Clock } from './gateway-ports.ts';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  after: (ms, task) => {
    // setTimeout takes 31 bits; a longer wait is cut into pieces.
    const step = Math.min(ms, 2_000_000_000);
    let undo = (): void => clearTimeout(timer);
    const timer = setTimeout(() => {
      if (step === ms) task();
      else undo = systemClock.after(ms - step, task);
    }, step).unref();
    return () => undo();
  },
};
