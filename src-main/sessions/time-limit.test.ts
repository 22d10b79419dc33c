import { expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTimeLimit } from './time-limit.ts';

const start = (ms: number) => {
  const clock = createManualClock();
  let over = 0;
  const limit = startTimeLimit(clock, ms, () => {
    over += 1;
  });
  return { clock, limit, over: () => over };
};

it('is over once, after its time', () => {
  const { clock, over } = start(100);
  clock.advance(99);
  expect(over()).toBe(0);
  clock.advance(500);
  expect(over()).toBe(1);
});

it('stands still while it is paused, also when two pauses overlap', () => {
  const { clock, limit, over } = start(100);
  clock.advance(60);
  limit.pause();
  clock.advance(1_000);
  limit.pause();
  limit.resume();
  clock.advance(1_000);
  limit.resume();
  clock.advance(39);
  expect(over()).toBe(0);
  clock.advance(1);
  expect(over()).toBe(1);
});

it('never comes once it is cancelled', () => {
  const { clock, limit, over } = start(100);
  limit.cancel();
  clock.advance(1_000);
  expect(over()).toBe(0);
});
