import { describe, expect, test } from 'vitest';
import { nextRuns } from './next-runs.ts';

const cron = (expr: string, timezone: string, after: string, count = 3): Promise<string[]> =>
  nextRuns({ kind: 'cron', expr, timezone }, Date.parse(after), count).then((runs) => runs.map((run) => new Date(run).toISOString()));
const why = (expr: string, timezone = 'UTC') => cron(expr, timezone, '2026-01-01T00:00:00Z').catch((error: Error) => error.message);

describe('the next runs', () => {
  test('keep the hour of the wall when the clocks change in Berlin', async () => {
    expect(await cron('0 9 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z')).toEqual([
      '2026-03-28T08:00:00.000Z',
      '2026-03-29T07:00:00.000Z',
      '2026-03-30T07:00:00.000Z',
    ]);
    expect(await cron('0 9 * * *', 'Europe/Berlin', '2026-10-24T00:00:00Z', 2)).toEqual([
      '2026-10-24T07:00:00.000Z',
      '2026-10-25T08:00:00.000Z',
    ]);
  });

  test('come right after an hour that is left out, and once in one that comes twice', async () => {
    expect(await cron('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    expect(await cron('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
    expect(await cron('30 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z', 2)).toEqual([
      '2026-03-08T07:00:00.000Z',
      '2026-03-09T06:30:00.000Z',
    ]);
    expect(await cron('30 1 * * *', 'America/New_York', '2026-10-31T12:00:00Z', 2)).toEqual([
      '2026-11-01T05:30:00.000Z',
      '2026-11-02T06:30:00.000Z',
    ]);
  });

  test('every half an hour goes on through both', async () => {
    expect(await cron('*/30 * * * *', 'America/New_York', '2026-11-01T05:10:00Z', 4)).toEqual([
      '2026-11-01T05:30:00.000Z',
      '2026-11-01T06:00:00.000Z',
      '2026-11-01T06:30:00.000Z',
      '2026-11-01T07:00:00.000Z',
    ]);
  });

  test('are never the moment asked about', async () => {
    expect(await cron('0 9 * * *', 'UTC', '2026-01-01T09:00:00Z', 1)).toEqual(['2026-01-02T09:00:00.000Z']);
    expect(await nextRuns({ kind: 'once', at: 5 }, 5, 3)).toEqual([]);
    expect(await nextRuns({ kind: 'once', at: 6 }, 5, 3)).toEqual([6]);
    expect(await nextRuns({ kind: 'webhook', preset: 'github' }, 5, 3)).toEqual([]);
  });

  test('what is no schedule is told in words', async () => {
    expect(await why('* * *')).toBe('"* * *" has 3 parts; a cron expression has five.');
    expect(await why('61 * * * *')).toBe('"61 * * * *" is not a cron expression: Invalid value for minute: 61.');
    expect(await why('* * * * * *')).toBe('"* * * * * *" has 6 parts; a cron expression has five.');
    expect(await why('0 9 * * *', 'Mars/Olympus')).toBe('"Mars/Olympus" is not a time zone.');
  });
});
