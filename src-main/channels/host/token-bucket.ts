import type { Clock } from '../../gateway-ports.ts';

/** So many a second, and so many at once after a rest. */
export type TokenBucket = {
  /** What there is, now; below 1 the next is one too many. */
  readonly left: () => number;
  /** Takes one, also where there is none. */
  readonly take: () => void;
};

export const createTokenBucket = (clock: Pick<Clock, 'monotonic'>, perSecond: number, burst: number): TokenBucket => {
  let tokens = burst;
  let at = clock.monotonic();
  return {
    left: () => {
      const now = clock.monotonic();
      tokens = Math.min(burst, tokens + ((now - at) / 1_000) * perSecond);
      at = now;
      return tokens;
    },
    take: () => {
      tokens -= 1;
    },
  };
};
