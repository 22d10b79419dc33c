import { diedTwice } from '../storage/channel-rows.ts';
import type { OutboxChanges, OutboxRow } from '../storage/database.ts';
import { wordsOf } from '../words-of.ts';
import { PluginFailure } from './plugin-failure.ts';

export const triesMost = 8;
/** So long the platform may be away, or ask to wait. */
export const waitMostMs = 24 * 3_600_000;
const firstDelayMs = 1_000;
const longestDelayMs = 5 * 60_000;
/** Not a number that a date cannot hold, whatever the platform says. */
const longestWishMs = 60 * 60_000;

type Now = {
  readonly now: number;
  /** 0 to 1. */
  readonly chance: number;
  /** The platform knows a message that comes twice. */
  readonly idempotent: boolean;
};

/** What becomes of a message that could not be sent. */
export const afterFailure = (row: OutboxRow, failure: unknown, { now, chance, idempotent }: Now): OutboxChanges => {
  const error = wordsOf(failure).slice(0, 1_000);
  const { code, retryable, retryAfterMs, inDoubt } = failure instanceof PluginFailure ? failure : unknownFailure;
  const attempts = row.attempts + 1;
  const dead = (why: string): OutboxChanges => ({ state: 'dead', attempts, error: why, nextAt: null, endedAt: now });
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(row.attempts, 20));
  // Up to a quarter more, so that all that failed together does not come back together.
  const retry = (wait: number, more: OutboxChanges = {}): OutboxChanges => ({
    ...{ state: 'retry', attempts, error, nextAt: now + Math.round(wait * (1 + chance / 4)), ...more },
  });
  // Not the message's fault: it waits until the credentials are changed.
  if (code === 'AUTH') return { state: 'pending', error, nextAt: null };
  if (inDoubt && !idempotent) return row.maybeDuplicate ? dead(diedTwice) : retry(delay, { maybeDuplicate: true });
  if (!retryable) return dead(error);
  if (code === 'RATE_LIMIT' || code === 'NETWORK') {
    const wait = retryAfterMs === null ? delay : Math.min(longestWishMs, retryAfterMs);
    return now + wait - row.createdAt > waitMostMs ? dead(`It could not be sent for a day. ${error}`) : retry(wait);
  }
  return attempts >= triesMost ? dead(error) : retry(delay);
};

const unknownFailure = { code: 'INTERNAL', retryable: true, retryAfterMs: null, inDoubt: false } as const;
