import { AppError } from '../../src-shared/app-error.ts';
import type { Database } from '../storage/database.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { fingerprintOf } from './pin-hash.ts';

const secretName = 'pin';
const metaFingerprints = 'pin.fingerprints';
const none = 'none';

/**
 * Which hash is in force. It lies in the secret store; the database remembers its fingerprint, or that there is
 * none. A store that answers "nothing" while the database remembers a PIN is an error, never "no PIN": a locked
 * collection answers just like an empty one.
 */
export type PinRecord = {
  /** False where it is certain that none is set. */
  readonly maybeSet: () => boolean;
  /** The hash, or null where none is set. @throws AppError KEYCHAIN_UNAVAILABLE */
  readonly read: () => Promise<string | null>;
  /** Puts another hash (null: none) in its place. After a crash in between, the old one or the new one is in force. */
  readonly replace: (hash: string | null) => Promise<void>;
};

export const loadPinRecord = async (database: Database, secrets: SecretStore): Promise<PinRecord> => {
  const nameOf = (hash: string | null): string => (hash === null ? none : fingerprintOf(hash));
  const remember = (fingerprints: readonly string[]) =>
    database.write([{ op: 'meta.set', key: metaFingerprints, value: fingerprints.join(' ') }]);

  const remembered = await database.read({ op: 'meta.get', key: metaFingerprints });
  /** Of what the store may hold: more than one only while it is being replaced, and after a crash in that moment. */
  let expected = remembered?.split(' ') ?? [nameOf(await secrets.get(secretName))];
  // A database begun anew (the old one was damaged) takes up the PIN that the store still has.
  if (remembered === null) await remember(expected);

  const expect = async (fingerprints: readonly string[]): Promise<void> => {
    await remember(fingerprints);
    expected = [...fingerprints];
  };

  return {
    maybeSet: () => expected.some((fingerprint) => fingerprint !== none),
    read: async () => {
      const hash = await secrets.get(secretName);
      const found = nameOf(hash);
      if (!expected.includes(found)) throw lost(secrets, hash !== null);
      if (expected.length > 1) await expect([found]);
      return hash;
    },
    replace: async (hash) => {
      const next = nameOf(hash);
      await expect([...new Set([...expected, next])]);
      if (hash === null) await secrets.delete(secretName);
      else await secrets.set(secretName, hash);
      // A store that takes a hash and does not give it back would lock everyone out.
      if (nameOf(await secrets.get(secretName)) !== next)
        throw new AppError('KEYCHAIN_UNAVAILABLE', { message: `The ${secrets.backend} store did not keep the change of the PIN.` });
      await expect([next]);
    },
  };
};

/** Forgets a PIN that went with its secret store. Only as a part of the user's explicit repair. @returns whether there was one */
export const forgetLostPin = async (database: Database, secrets: SecretStore): Promise<boolean> => {
  const remembered = (await database.read({ op: 'meta.get', key: metaFingerprints })) ?? none;
  if (remembered === none || (await secrets.get(secretName)) !== null) return false;
  await database.write([{ op: 'meta.set', key: metaFingerprints, value: none }]);
  return true;
};

const lost = (secrets: SecretStore, another: boolean): AppError =>
  new AppError('KEYCHAIN_UNAVAILABLE', {
    message: `The database remembers a PIN, but the ${secrets.backend} store has ${another ? 'another one' : 'none'}.`,
    hint: 'Unlock or restore that store and try again. If it is gone for good, stop the gateway and run `openclaw token rotate`: it ends every token and forgets the PIN.',
  });
