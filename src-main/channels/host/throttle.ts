import type { Clock } from '../../gateway-ports.ts';

/** Of the processes' own; the gateway takes twice as many, so that it drops those only of whoever goes around that. */
export const linesPerSecond = 50;
const burstSeconds = 4;
const tellAfterMs = 5_000;

/**
 * Lets so many lines through, and tells how many it dropped.
 * @returns whether a line may pass
 */
export const createThrottle = (
  clock: Pick<Clock, 'monotonic' | 'after'>,
  perSecond: number,
  onDropped: (words: string) => void,
): (() => boolean) => {
  const burst = perSecond * burstSeconds;
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
        onDropped(`${dropped} lines of its log were dropped: there were more than ${perSecond} a second.`);
        dropped = 0;
      });
    }
    dropped += 1;
    return false;
  };
};
