import type { Clock } from '../../gateway-ports.ts';

const burst = 200;
const perSecond = 50;
const tellAfterMs = 5_000;

/**
 * Lets so many lines through; of those it drops it tells how many.
 * @returns whether a line may pass
 */
export const createThrottle = (clock: Pick<Clock, 'monotonic' | 'after'>, onDropped: (lines: number) => void): (() => boolean) => {
  let left = burst;
  let at = clock.monotonic();
  let dropped = 0;
  return () => {
    const now = clock.monotonic();
    left = Math.min(burst, left + ((now - at) / 1_000) * perSecond);
    at = now;
    if (left >= 1) {
      left -= 1;
      return true;
    }
    if (dropped === 0) {
      clock.after(tellAfterMs, () => {
        onDropped(dropped);
        dropped = 0;
      });
    }
    dropped += 1;
    return false;
  };
};
