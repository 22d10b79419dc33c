import { describe, expect, it } from 'vitest';
import { daysAgo, formatCount, formatDuration, formatMoment } from './format.ts';

const at = (day: number, hour: number): number => new Date(2026, 2, day, hour).getTime();

describe('format', () => {
  it.each([
    [840, '840 ms'],
    [3_240, '3.2 sec'],
    [125_000, '2 min 5 sec'],
  ])('%i ms as %s', (ms, text) => {
    expect(formatDuration(ms, 'en')).toBe(text);
  });

  it('counts calendar days, not hours', () => {
    expect([at(10, 1), at(9, 23), at(9, 1), at(8, 23)].map((time) => daysAgo(time, at(10, 2)))).toEqual([0, 1, 1, 2]);
  });

  it('shows the hour of today and the day of others', () => {
    expect(formatMoment(at(10, 14), at(10, 20), 'en')).toBe('14:00');
    expect(formatMoment(at(9, 14), at(10, 20), 'en')).toBe('Mar 9');
    expect(formatMoment(at(9, 14), at(10, 20), 'zh-CN')).toBe('3月9日');
  });

  it('shortens large counts', () => {
    expect([formatCount(1_843, 'en'), formatCount(12_300, 'en')]).toEqual(['1,843', '12.3K']);
  });
});
