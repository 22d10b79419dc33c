import type { Clock } from '../../gateway-ports.ts';
import { createTokenBucket } from './token-bucket.ts';

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
  const bucket = createTokenBucket(clock, perSecond, perSecond * burstSeconds);
  let dropped = 0;
  return () => {
    if (bucket.left() >= 1) {
      bucket.take();
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
