import { AppError } from '../../src-shared/app-error.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import { createLane } from '../lane.ts';
import type { Database } from '../storage/database.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { hashPin, matchesPin } from './pin-hash.ts';
import { loadPinRecord } from './pin-record.ts';
import { loadPinTries } from './pin-tries.ts';

/** The PIN that guards what lowers a safety switch. Where none is set, nothing is asked. */
export type Pin = {
  /** `lockedUntil`: milliseconds since 1970. */
  readonly state: () => { readonly set: boolean; readonly lockedUntil: number | null };
  /**
   * Resolves where none is set (at once) or the right one is given.
   * @param what completes "The PIN is needed for …"
   * @throws AppError PIN_REQUIRED, PIN_WRONG, PIN_LOCKED (with `retryAfterMs`), KEYCHAIN_UNAVAILABLE
   */
  readonly require: (given: string | null, what: string) => Promise<void>;
  /** Sets it, or changes it. @param given the old one @throws as `require` */
  readonly set: (pin: string, given: string | null) => Promise<void>;
  /** Takes it away. @throws as `require` */
  readonly clear: (given: string | null) => Promise<void>;
};

export const createPin = async (ports: {
  readonly database: Database;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}): Promise<Pin> => {
  const { database, clock } = ports;
  const [record, tries] = await Promise.all([loadPinRecord(database, ports.secrets), loadPinTries(database, clock)]);
  /** One try after the other: many at once would all be compared before the first one counts. */
  const inTurn = createLane();

  const compare = async (given: string | null, what: string): Promise<void> => {
    if (!record.maybeSet()) return;
    if (tries.lockedMs() > 0) throw locked(tries.lockedMs());
    const hash = await record.read();
    if (hash === null) return;
    if (!given) throw new AppError('PIN_REQUIRED', { message: `The PIN is needed for ${what}.` });
    await tries.begin();
    if (!(await matchesPin(given, hash))) throw wrong(tries.left(), tries.lockedMs());
    await tries.succeed();
  };

  return {
    state: () => ({ set: record.maybeSet(), lockedUntil: tries.lockedMs() > 0 ? clock.now() + tries.lockedMs() : null }),
    require: async (given, what) => {
      if (record.maybeSet()) await inTurn(() => compare(given, what));
    },
    set: (pin, given) =>
      inTurn(async () => {
        await compare(given, 'changing it');
        await record.replace(await hashPin(pin, ports.randomBytes));
      }),
    clear: (given) =>
      inTurn(async () => {
        if (!record.maybeSet()) return;
        await compare(given, 'taking it away');
        await record.replace(null);
      }),
  };
};

const locked = (ms: number): AppError =>
  new AppError('PIN_LOCKED', { message: `Too many wrong PINs; the next try is in ${inWords(ms)}.`, retryAfterMs: Math.ceil(ms) });

const wrong = (left: number, lockedMs: number): AppError =>
  new AppError('PIN_WRONG', {
    message:
      lockedMs > 0
        ? `The PIN is wrong; the next try is in ${inWords(lockedMs)}.`
        : `The PIN is wrong; ${left} more and it locks for a while.`,
    details: { triesLeft: left },
    ...(lockedMs > 0 ? { retryAfterMs: Math.ceil(lockedMs) } : {}),
  });

const inWords = (ms: number): string => (ms > 60_000 ? `${Math.ceil(ms / 60_000)} minutes` : `${Math.ceil(ms / 1000)} seconds`);
