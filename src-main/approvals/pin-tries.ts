import type { Clock } from '../gateway-ports.ts';
import type { Database } from '../storage/database.ts';

const metaTries = 'pin.tries';
const freeTries = 5;
const firstLockMs = 30_000;
const longestLockMs = 3_600_000;

/** Wrong tries in a row: five are free, from then on each one locks for twice as long, up to an hour. */
export type PinTries = {
  /** How long the lock still holds; 0 where there is none. */
  readonly lockedMs: () => number;
  /** How many more may be wrong before it locks; 0 from then on. */
  readonly left: () => number;
  /** Counts a try as wrong, and is on the disk when it resolves: a kill in the middle of a comparison wins nothing. */
  readonly begin: () => Promise<void>;
  /** It was right after all: counts from zero again. */
  readonly succeed: () => Promise<void>;
};

export const loadPinTries = async (database: Database, clock: Clock): Promise<PinTries> => {
  const [count = 0, at = 0] = ((await database.read({ op: 'meta.get', key: metaTries })) ?? '').split(' ').filter(Boolean).map(Number);
  let wrong = count;
  // Across restarts by the wall clock; set back, it must not hold longer than the lock is. From here on by the other one.
  let opensAt = clock.monotonic() + Math.min(lockMs(wrong), Math.max(0, at + lockMs(wrong) - clock.now()));

  return {
    lockedMs: () => Math.max(0, opensAt - clock.monotonic()),
    left: () => Math.max(0, freeTries - wrong),
    begin: async () => {
      await database.write([{ op: 'meta.set', key: metaTries, value: `${wrong + 1} ${clock.now()}` }]);
      wrong += 1;
      opensAt = clock.monotonic() + lockMs(wrong);
    },
    succeed: async () => {
      await database.write([{ op: 'meta.set', key: metaTries, value: null }]);
      wrong = 0;
      opensAt = clock.monotonic();
    },
  };
};

const lockMs = (wrong: number): number => (wrong < freeTries ? 0 : Math.min(firstLockMs * 2 ** (wrong - freeTries), longestLockMs));
