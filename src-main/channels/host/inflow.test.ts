import { expect, it } from 'vitest';
import { createManualClock } from '../../testing/manual-clock.ts';
import { createInflow } from './inflow.ts';

const open = () => {
  const clock = createManualClock();
  const seen = { held: false, why: '' };
  const inflow = createInflow(clock, {
    hold: (held) => {
      seen.held = held;
    },
    flooded: (why) => {
      seen.why = why;
    },
  });
  /** As many calls as are read, each done at once, for so long. */
  const flood = (ms: number, most = Number.POSITIVE_INFINITY): number => {
    let calls = 0;
    for (let passed = 0; passed < ms && seen.why === ''; passed += 50) {
      for (let n = 0; n < most && !seen.held && seen.why === ''; n += 1) {
        calls += 1;
        inflow.begin(100)();
      }
      clock.advance(50);
    }
    return calls;
  };
  return { clock, inflow, seen, flood };
};

it('takes a burst of 1,000 calls and then 1,000 a second', () => {
  expect(open().flood(10_000)).toBeGreaterThan(10_000);
  expect(open().flood(10_000)).toBeLessThan(11_100);
});

it('gives up on whoever goes on like that for two minutes, and on nobody who pauses', () => {
  const one = open();
  one.flood(119_000);
  expect(one.seen.why).toBe('');
  one.flood(3_000);
  expect(one.seen.why).toMatch(/1000 times a second, for 2 minutes/);

  const other = open();
  for (let n = 0; n < 5; n += 1) {
    other.flood(100_000);
    other.clock.advance(2_000);
  }
  expect(other.seen.why).toBe('');
  expect(other.flood(600_000, 40)).toBe(480_000);
  expect(other.seen.why).toBe('');
});

it('works at 64 calls and at 32 MiB at once', () => {
  const { inflow, seen } = open();
  const done = Array.from({ length: 64 }, () => inflow.begin(100));
  expect(seen.held).toBe(true);
  done.pop()?.();
  expect(seen.held).toBe(false);
  const large = inflow.begin(32 * 1024 * 1024);
  expect(seen.held).toBe(true);
  large();
  expect(seen.held).toBe(false);
  expect(inflow.wasHeld()).toBe(true);
  expect(inflow.wasHeld()).toBe(false);
});
