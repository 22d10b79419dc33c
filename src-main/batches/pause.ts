import type { Clock } from '../gateway-ports.ts';

/** Resolves after that time, or as soon as a signal comes that was not there before. */
export const pause = (clock: Clock, ms: number, signals: readonly AbortSignal[]): Promise<void> =>
  new Promise((resolve) => {
    const fresh = signals.filter((signal) => !signal.aborted);
    const done = (): void => {
      undo();
      for (const signal of fresh) signal.removeEventListener('abort', done);
      resolve();
    };
    const undo = clock.after(ms, done);
    for (const signal of fresh) signal.addEventListener('abort', done);
  });
