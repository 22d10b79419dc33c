import { describe, expect, it } from 'vitest';
import { choiceOf, exprOf } from './cron-choice.ts';

describe('a cron choice', () => {
  it.each([
    ['5 * * * *', 'hourly'],
    ['30 9 * * *', 'daily'],
    ['0 18 * * 1-5', 'weekdays'],
    ['15 7 * * 0', 'weekly'],
    ['*/5 * * * *', 'custom'],
    ['0 9 1 * *', 'custom'],
    ['@daily', 'custom'],
    ['99 9 * * *', 'custom'],
    ['0 * * * 1-5', 'custom'],
  ])('%s is %s, and comes back as it was', (expr, rhythm) => {
    expect(choiceOf(expr).rhythm).toBe(rhythm);
    expect(exprOf(choiceOf(expr))).toBe(expr);
  });
});
