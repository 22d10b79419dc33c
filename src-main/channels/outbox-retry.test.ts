import { expect, test } from 'vitest';
import type { OutboxRow } from '../storage/database.ts';
import { afterFailure, triesMost, waitMostMs } from './outbox-retry.ts';
import { PluginFailure } from './plugin-failure.ts';

const row: OutboxRow = {
  ...{
    no: 1,
    id: 'out_1',
    channel: 'c',
    lane: 'l',
    to: 'u',
    message: { id: 'out_1', content: 'x', idempotencyKey: 'out_1' },
    createdAt: 1_000,
  },
  ...{ state: 'inflight', attempts: 0, nextAt: null, error: null, receiptId: null, maybeDuplicate: false, endedAt: null },
};
const after = (failure: unknown, more: Partial<OutboxRow> = {}, { now = 2_000, idempotent = false, chance = 0 } = {}) =>
  afterFailure({ ...row, ...more }, failure, { now, chance, idempotent });

test('a platform that asks to wait is waited for, up to a day', () => {
  const limited = new PluginFailure('slowly', { code: 'RATE_LIMIT', retryAfterMs: 7_000 });
  expect(after(limited)).toMatchObject({ state: 'retry', nextAt: 9_000, error: 'slowly' });
  expect(after(limited, { attempts: 500 })).toMatchObject({ state: 'retry' });
  expect(after(limited, {}, { now: waitMostMs })).toMatchObject({ state: 'dead', endedAt: waitMostMs });
  expect(after(new PluginFailure('slowly', { code: 'RATE_LIMIT', retryAfterMs: Number.MAX_VALUE }))).toMatchObject({ nextAt: 3_602_000 });
});

test('what cannot be sent is dead at once, a plain error after eight tries', () => {
  expect(after(new PluginFailure('no such chat', { code: 'PEER', retryable: false }))).toMatchObject({
    state: 'dead',
    error: 'no such chat',
  });
  const tries = Array.from({ length: triesMost }, (_, attempts) => after(new Error('oops'), { attempts }));
  expect(tries.map(({ state }) => state)).toEqual([...Array(triesMost - 1).fill('retry'), 'dead']);
  expect(tries.slice(0, 4).map(({ nextAt }) => Number(nextAt) - 2_000)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(after(new Error('oops'), {}, { chance: 1 }).nextAt).toBe(3_250);
});

test('one whose fate is unknown is tried once more, unless the platform knows it again', () => {
  const died = new PluginFailure('died', { code: 'NETWORK', inDoubt: true });
  expect(after(died)).toMatchObject({ state: 'retry', maybeDuplicate: true });
  expect(after(died, { maybeDuplicate: true })).toMatchObject({ state: 'dead' });
  expect(after(died, {}, { idempotent: true })).not.toHaveProperty('maybeDuplicate');
});

test('credentials that are refused are not the message’s fault', () => {
  expect(after(new PluginFailure('who?', { code: 'AUTH', retryable: false }))).toEqual({ state: 'pending', error: 'who?', nextAt: null });
});
