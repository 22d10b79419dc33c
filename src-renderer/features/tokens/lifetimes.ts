import { parseDuration } from '../../../src-shared/duration.ts';

/** The lives that are offered; anything else is typed. */
export const lifetimes = ['1h', '1d', '30d', '90d', '365d'] as const;
export type Lifetime = (typeof lifetimes)[number];

const longestMs = 365 * 86_400_000;

/** @returns whether the gateway would take it: `90s`, `15m`, `12h`, `30d`, at most 365 days */
export const isLifetime = (text: string): boolean => {
  const ms = parseDuration(text);
  return ms !== null && ms <= longestMs;
};
