import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import type { Database } from '../storage/database.ts';
import { createMemoryDatabase } from '../storage/memory-database.ts';
import { createMemorySecretStore } from '../storage/memory-secret-store.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts';
import { createPin, type Pin } from './pin.ts';
import { forgetLostPin } from './pin-record.ts';

type Place = { readonly database: Database; readonly secrets: SecretStore; readonly clock: ManualClock };
const place = (parts: Partial<Place> = {}): Place => ({
  database: createMemoryDatabase(),
  secrets: createMemorySecretStore(),
  clock: createManualClock(),
  ...parts,
});
/** As the next process would find it. */
const open = (at: Place): Promise<Pin> => createPin({ ...at, randomBytes });
const withPin = async (at: Place, pin = '2468'): Promise<Pin> => {
  const made = await open(at);
  await made.set(pin, null);
  return made;
};
const errorOf = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => {
      throw new Error('it was let through');
    },
    (error: unknown) => {
      if (error instanceof AppError) return error;
      throw error;
    },
  );
const codeOf = async (work: Promise<unknown>): Promise<string> => (await errorOf(work)).code;
const wrongTries = async (pin: Pin, count: number): Promise<void> => {
  for (let tries = 0; tries < count; tries += 1) expect(await codeOf(pin.require('0000', 'x'))).toBe('PIN_WRONG');
};

describe('where no PIN is set', () => {
  it('nothing is asked, and nothing read', async () => {
    const at = place();
    const pin = await open(at);
    const asked: string[] = [];
    const get: SecretStore['get'] = (name) => {
      asked.push(name);
      return at.secrets.get(name);
    };
    const watching = await open({ ...at, secrets: { ...at.secrets, get } });
    await watching.require(null, 'x');
    await watching.require('whatever', 'x');
    expect(asked).toEqual([]);
    expect(pin.state()).toEqual({ set: false, lockedUntil: null });
  });
});

describe('a PIN', () => {
  it('is asked for by name, and taken whatever it is made of', async () => {
    for (const given of ['2468', '123456789012', '口令就是这个短语', 'with space & "quotes"']) {
      const pin = await withPin(place(), given);
      expect((await errorOf(pin.require(null, 'minting'))).message).toBe('The PIN is needed for minting.');
      expect(await codeOf(pin.require('', 'x'))).toBe('PIN_REQUIRED');
      expect(await codeOf(pin.require(`${given}0`, 'x'))).toBe('PIN_WRONG');
      await pin.require(given, 'x');
    }
  });

  it('is the same however its characters are composed', async () => {
    const pin = await withPin(place(), 'caf\u00e9 au lait');
    await pin.require('cafe\u0301 au lait', 'x');
  });

  it('holds for the next process, and stands nowhere in clear', async () => {
    const at = place();
    await withPin(at, '97531864');
    const next = await open(at);
    expect(next.state().set).toBe(true);
    await next.require('97531864', 'x');
    expect(await codeOf(next.require('97531865', 'x'))).toBe('PIN_WRONG');
    expect(await at.secrets.get('pin')).toMatch(/^scrypt\$[\w-]{22}\$[\w-]{43}$/);
  });

  it('has a salt of its own each time', async () => {
    const at = place();
    await withPin(at);
    const first = await at.secrets.get('pin');
    await (await open(at)).set('2468', '2468');
    expect(await at.secrets.get('pin')).not.toBe(first);
  });

  it('is changed and taken away with the old one only', async () => {
    const at = place();
    const pin = await withPin(at);
    expect(await codeOf(pin.set('1357', null))).toBe('PIN_REQUIRED');
    expect(await codeOf(pin.set('1357', '1357'))).toBe('PIN_WRONG');
    await pin.set('1357', '2468');
    await pin.require('1357', 'x');
    expect(await codeOf(pin.clear(null))).toBe('PIN_REQUIRED');
    await pin.clear('1357');
    expect(pin.state().set).toBe(false);
    await (await open(at)).require(null, 'x');
    expect(await at.secrets.get('pin')).toBeNull();
  });

  it('of two that are set at once, the second one needs the first', async () => {
    const pin = await open(place());
    const [first, second] = await Promise.allSettled([pin.set('1111', null), pin.set('2222', null)]);
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected']);
    await pin.require('1111', 'x');
  });
});

describe('wrong tries', () => {
  it('lock after five, for twice as long each time, up to an hour; the right one does not help meanwhile', async () => {
    const at = place();
    const pin = await withPin(at);
    await wrongTries(pin, 4);
    const fifth = await errorOf(pin.require('0000', 'x'));
    expect(fifth).toMatchObject({ code: 'PIN_WRONG', retryAfterMs: 30_000, details: { triesLeft: 0 } });
    for (const seconds of [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]) {
      expect(await errorOf(pin.require('2468', 'x'))).toMatchObject({ code: 'PIN_LOCKED', retryAfterMs: seconds * 1000 });
      expect(pin.state().lockedUntil).toBe(at.clock.now() + seconds * 1000);
      at.clock.advance(seconds * 1000 - 1);
      expect(await codeOf(pin.require(null, 'x'))).toBe('PIN_LOCKED');
      at.clock.advance(1);
      await wrongTries(pin, 1);
    }
  });

  it('are forgotten with a right one', async () => {
    const pin = await withPin(place());
    for (let round = 0; round < 2; round += 1) {
      await wrongTries(pin, 4);
      await pin.require('2468', 'x');
    }
    expect(await errorOf(pin.require('0000', 'x'))).toMatchObject({ details: { triesLeft: 4 } });
  });

  it('count across restarts, and so does the lock', async () => {
    const at = place();
    await wrongTries(await withPin(at), 4);
    await wrongTries(await open(at), 1);
    at.clock.advance(10_000);
    expect(await errorOf((await open(at)).require('2468', 'x'))).toMatchObject({ code: 'PIN_LOCKED', retryAfterMs: 20_000 });
    at.clock.advance(20_000);
    await (await open(at)).require('2468', 'x');
  });

  it('do not lock longer because the clock was set back', async () => {
    const at = place();
    await wrongTries(await withPin(at), 5);
    const next = place({ ...at, clock: createManualClock(at.clock.now() - 86_400_000) });
    expect(await errorOf((await open(next)).require('2468', 'x'))).toMatchObject({ code: 'PIN_LOCKED', retryAfterMs: 30_000 });
  });

  it('count before they are answered: one cut off in the middle is a wrong one', async () => {
    const at = place();
    await withPin(at);
    // The process ends with the count on the disk and before it is told so.
    const write: Database['write'] = (writes) => at.database.write(writes).then(() => new Promise(() => undefined));
    const dying = await open({ ...at, database: { ...at.database, write } });
    let answered = false;
    dying.require('2468', 'x').finally(() => {
      answered = true;
    });
    await expect.poll(() => at.database.read({ op: 'meta.get', key: 'pin.tries' })).toMatch(/^1 /);
    // As long as these take, it could have answered.
    await wrongTries(await open(at), 4);
    expect(answered).toBe(false);
    expect(await codeOf((await open(at)).require('2468', 'x'))).toBe('PIN_LOCKED');
  });

  it('cannot slip through side by side', async () => {
    const pin = await withPin(place());
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(pin.require('0000', 'x'))));
    expect(codes.filter((code) => code === 'PIN_WRONG').length).toBe(5);
    expect(codes.filter((code) => code === 'PIN_LOCKED').length).toBe(15);
  });

  it('are not compared where they cannot be counted', async () => {
    let full = false;
    const database = createMemoryDatabase({ fault: () => (full ? new AppError('STORAGE_FULL') : null) });
    const pin = await withPin(place({ database }));
    full = true;
    expect(await codeOf(pin.require('2468', 'x'))).toBe('STORAGE_FULL');
  });
});

describe('a secret store that does not have it', () => {
  it('is an error, not a house without a PIN', async () => {
    const at = place();
    const pin = await withPin(at);
    const hash = (await at.secrets.get('pin')) ?? '';
    await at.secrets.delete('pin');
    for (const process of [pin, await open(at)]) {
      expect(await errorOf(process.require('2468', 'x'))).toMatchObject({
        code: 'KEYCHAIN_UNAVAILABLE',
        hint: expect.stringContaining('Unlock'),
      });
      expect(await codeOf(process.require(null, 'x'))).toBe('KEYCHAIN_UNAVAILABLE');
      expect(await codeOf(process.clear('2468'))).toBe('KEYCHAIN_UNAVAILABLE');
      expect(process.state().set).toBe(true);
    }
    await at.secrets.set('pin', hash);
    await pin.require('2468', 'x');
  });

  it('nor is one that has another', async () => {
    const [at, other] = [place(), place()];
    await withPin(at);
    await withPin(other);
    await at.secrets.set('pin', (await other.secrets.get('pin')) ?? '');
    expect(await codeOf((await open(at)).require('2468', 'x'))).toBe('KEYCHAIN_UNAVAILABLE');
  });

  it('can be given up only where it really has none', async () => {
    const at = place();
    await withPin(at);
    expect(await forgetLostPin(at.database, at.secrets)).toBe(false);
    expect((await open(at)).state().set).toBe(true);
    await at.secrets.delete('pin');
    expect(await forgetLostPin(at.database, at.secrets)).toBe(true);
    await (await open(at)).require(null, 'x');
  });

  it('keeps it for a database begun anew', async () => {
    const at = place();
    await withPin(at);
    const next = await open(place({ secrets: at.secrets }));
    expect(await codeOf(next.require(null, 'x'))).toBe('PIN_REQUIRED');
    await next.require('2468', 'x');
  });
});

describe('a change that breaks off', () => {
  /** Fails from the n-th write to the database, or the first change in the secret store, on. */
  const breaking = (at: Place, where: 'secrets' | number): Place => {
    let writes = 0;
    const broken = (): never => {
      throw new AppError('STORAGE_FAILED');
    };
    return {
      ...at,
      database: {
        ...at.database,
        write: async (batch) => {
          writes += 1;
          return where !== 'secrets' && writes >= where ? broken() : at.database.write(batch);
        },
      },
      secrets: where === 'secrets' ? { ...at.secrets, set: async () => broken(), delete: async () => broken() } : at.secrets,
    };
  };

  it('leaves the old PIN or the new one in force, never none', async () => {
    // Writes: the try, its success, both fingerprints, the new one.
    for (const where of ['secrets', 1, 2, 3, 4] as const) {
      const at = place();
      await withPin(at);
      expect(await codeOf((await open(breaking(at, where))).set('1357', '2468'))).toBe('STORAGE_FAILED');
      const next = await open(at);
      expect(await codeOf(next.require(null, 'x'))).toBe('PIN_REQUIRED');
      await next.require(where === 4 ? '1357' : '2468', 'x');
    }
  });

  it('does not lock anyone out of setting the first one', async () => {
    for (const where of ['secrets', 1, 2] as const) {
      const at = place();
      await open(at);
      expect(await codeOf((await open(breaking(at, where))).set('1357', null))).toBe('STORAGE_FAILED');
      const next = await open(at);
      if (where === 2) await next.require('1357', 'x');
      else await next.require(null, 'x');
      await next.set('8642', where === 2 ? '1357' : null);
    }
  });
});
