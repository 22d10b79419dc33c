import { describe, expect, it } from 'vitest';
import { daysAgo, formatCount, formatDuration, formatMoment, formatRelative, formatSize } from './format.ts';

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

  it.each([
    [30 * 86_400_000 - 2_000, 'in 30 days', '30天后'],
    [86_400_000 - 60_000, 'in 1 day', '1天后'],
    [3 * 3_600_000, 'in 3 hr.', '3小时后'],
    [-5 * 60_000, '5 min. ago', '5分钟前'],
    [-20_000, 'now', '现在'],
  ])('says how far %i ms are', (apart, en, zh) => {
    expect([formatRelative(apart, 0, 'en'), formatRelative(apart, 0, 'zh-CN')]).toEqual([en, zh]);
  });

  it('says how large a file is', () => {
    expect([8, 999, 4_000, 1_234_567, 26_214_400].map((bytes) => formatSize(bytes, 'en'))).toEqual([
      ...['8 byte', '999 byte', '4 kB', '1.2 MB', '26.2 MB'],
    ]);
  });

  it('shortens large counts', () => {
    expect([formatCount(1_843, 'en'), formatCount(12_300, 'en')]).toEqual(['1,843', '12.3K']);
  });
});
