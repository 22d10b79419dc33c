import { expect, it } from 'vitest';
import { filledDays, meanDuration, total } from './usage-figures.ts';

const row = (key: string, turns: number) => ({ key, turns, failed: 1, inputTokens: 2, outputTokens: 3, costUsd: 0.5, durationMs: 100 });

it('fills the days on which nothing happened, over the end of a month', () => {
  expect(filledDays([row('2026-03-01', 4)], '2026-02-27', '2026-03-01').map(({ key, turns }) => [key, turns])).toEqual([
    ['2026-02-27', 0],
    ['2026-02-28', 0],
    ['2026-03-01', 4],
  ]);
});

it('sums, and takes the mean of a turn', () => {
  expect(total([row('a', 1), row('b', 3)])).toMatchObject({ turns: 4, failed: 2, costUsd: 1, durationMs: 200 });
  expect([meanDuration(row('a', 4)), meanDuration(row('a', 0))]).toEqual([25, 0]);
});
