import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Account, type Hold, hold, newMeter } from './meter.ts';

const close = 1e-6;
const isHold = (held: Hold | { readonly refusedBy: Account }): held is Hold => 'settle' in held;

/** Calls that begin, and end later in any order; some cost more than was estimated, some nothing (they failed or were cancelled). */
const calls = fc.array(
  fc.record({
    account: fc.nat(2),
    estimate: fc.double({ min: 0, max: 2, noNaN: true }),
    actual: fc.double({ min: 0, max: 3, noNaN: true }),
    endsAfter: fc.nat(8),
  }),
  { maxLength: 60 },
);

describe('a hold', () => {
  it('never lets an account go over its limit by more than what calls cost above their estimates', () => {
    fc.assert(
      fc.property(calls, fc.double({ min: 0, max: 20, noNaN: true }), fc.double({ min: 0, max: 10, noNaN: true }), (script, all, each) => {
        const total = { name: 'all', meter: newMeter(), limitUsd: all };
        const own = [0, 1, 2].map((id) => ({ name: `a${id}`, meter: newMeter(), limitUsd: each }));
        const above = new Map<string, number>();
        let open: { readonly hold: Hold; readonly usd: number; readonly left: number }[] = [];
        for (const { account, estimate, actual, endsAfter } of script) {
          const mine = own[account] as Account<string>;
          const held = hold([total, mine], estimate);
          if (isHold(held)) {
            // Whatever was let through was within the limits as far as anybody could know.
            for (const { meter, limitUsd } of [total, mine])
              if (estimate > 0) expect(meter.spent + meter.reserved).toBeLessThanOrEqual((limitUsd as number) + close);
            for (const name of ['all', mine.name]) above.set(name, (above.get(name) ?? 0) + Math.max(0, actual - estimate));
            open.push({ hold: held, usd: actual, left: endsAfter });
          }
          for (const one of open) if (one.left === 0) one.hold.settle(one.usd);
          open = open.filter(({ left }) => left > 0).map((one) => ({ ...one, left: one.left - 1 }));
        }
        for (const one of open) one.hold.settle(one.usd);
        for (const { name, meter, limitUsd } of [total, ...own]) {
          expect(meter.spent).toBeLessThanOrEqual(limitUsd + (above.get(name) ?? 0) + close);
          // Nothing stays held once nothing is under way.
          expect(meter.reserved).toBeCloseTo(0, 6);
        }
      }),
    );
  });

  it('is refused as a whole, and says by whom', () => {
    const rich = { name: 'rich', meter: newMeter(), limitUsd: 10 };
    const poor = { name: 'poor', meter: newMeter(0.9), limitUsd: 1 };
    expect(hold([rich, poor], 0.2)).toEqual({ refusedBy: poor });
    expect([rich.meter.reserved, poor.meter.reserved]).toEqual([0, 0]);
  });

  it('counts what is under way: of many at once only those get through that there is room for', () => {
    const account = { name: 'all', meter: newMeter(), limitUsd: 1 };
    expect(Array.from({ length: 8 }, () => hold([account], 0.3)).filter(isHold)).toHaveLength(3);
  });

  it('is settled once, and never refused where it costs nothing', () => {
    const account = { name: 'all', meter: newMeter(), limitUsd: 1 };
    const held = hold([account], 1) as Hold;
    held.settle(1);
    held.settle(1);
    expect(account.meter).toEqual({ spent: 1, reserved: 0 });
    expect(isHold(hold([account], 0))).toBe(true);
    expect(isHold(hold([account], 0.01))).toBe(false);
  });
});
