import type { Clock, RandomBytes } from './gateway-ports.ts';

const firstDelayMs = 1_000;
const longestDelayMs = 60_000;
const deathsMost = 5;
const deathsWithinMs = 10 * 60_000;

/** When to start again what has ended by itself: after 1 s, doubling to 60 s, for as long as it does not end too often. */
export type BackOff = {
  /** `often`: five times within ten minutes. */
  readonly died: () => { readonly delayMs: number; readonly often: boolean };
  readonly forget: () => void;
};

export const createBackOff = ({ clock, randomBytes }: { readonly clock: Clock; readonly randomBytes: RandomBytes }): BackOff => {
  let deaths: readonly number[] = [];
  return {
    died: () => {
      const at = clock.monotonic();
      deaths = [...deaths.filter((death) => death > at - deathsWithinMs), at];
      const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** (deaths.length - 1));
      // Up to a quarter more, so that several do not come back at the same moment.
      const jitter = 1 + ((randomBytes(1)[0] ?? 0) / 255) * 0.25;
      return { delayMs: Math.round(delay * jitter), often: deaths.length >= deathsMost };
    },
    forget: () => {
      deaths = [];
    },
  };
};
