import { AppError } from '../../src-shared/app-error.ts';
import type { Clock } from '../gateway-ports.ts';

const most = 10;
const windowMs = 60_000;
const addressesMost = 10_000;

/**
 * Bad credentials, at most ten a minute from one address, loopback included. Counted before and apart from
 * success: a good credential always works.
 */
export type FailureLimit = {
  /** Counts a bad credential. @throws AppError RATE_LIMITED from the eleventh on */
  readonly failed: (address: string) => void;
};

export const createFailureLimit = (clock: Clock): FailureLimit => {
  const failures = new Map<string, { count: number; since: number }>();
  return {
    failed: (address) => {
      const now = clock.monotonic();
      let entry = failures.get(address);
      if (!entry || now - entry.since >= windowMs) {
        if (failures.size >= addressesMost) failures.clear();
        entry = { count: 0, since: now };
        failures.set(address, entry);
      }
      entry.count += 1;
      if (entry.count > most) throw new AppError('RATE_LIMITED', { retryAfterMs: Math.max(1, Math.ceil(entry.since + windowMs - now)) });
    },
  };
};
