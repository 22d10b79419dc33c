import { createHash } from 'node:crypto';
import { AppError } from '../../src-shared/app-error.ts';
import type { RandomBytes } from '../gateway-ports.ts';
import type { Database } from '../storage/database.ts';
import type { SecretStore } from '../storage/secret-store.ts';

const secretName = 'signing-key';
const metaFingerprint = 'signing-key.fingerprint';
const metaBackend = 'signing-key.backend';

/** Which backend the database remembers, or null before the first start. */
export const rememberedBackend = async (database: Database): Promise<SecretStore['backend'] | null> => {
  const text = await database.read({ op: 'meta.get', key: metaBackend });
  return text === 'keychain' || text === 'file' || text === 'secret-file' || text === 'memory' ? text : null;
};

/**
 * The one signing key: 256 random bits, made on the first start only. A keychain that answers "nothing" while
 * the database remembers a key is an error, never a reason for a second key: a locked collection answers just
 * like an empty one, and a second key would silently end every token.
 *
 * @throws AppError SIGNING_KEY_MISSING, KEYCHAIN_UNAVAILABLE
 */
export const loadSigningKey = async (database: Database, secrets: SecretStore, randomBytes: RandomBytes): Promise<Buffer> => {
  const remembered = await database.read({ op: 'meta.get', key: metaFingerprint });
  const stored = await secrets.get(secretName);
  if (remembered === null)
    return stored === null ? replaceSigningKey(database, secrets, randomBytes) : adopt(database, secrets, Buffer.from(stored, 'base64url'));
  const key = stored === null ? null : Buffer.from(stored, 'base64url');
  if (key === null || fingerprint(key) !== remembered) {
    throw new AppError('SIGNING_KEY_MISSING', {
      message: `The database remembers a signing key (${remembered.slice(0, 12)}…), but the ${secrets.backend} store ${key === null ? 'has none' : 'has another one'}.`,
      hint: 'Unlock or restore that store and start again. If the key is gone for good: openclaw token rotate makes a new one and ends every token.',
    });
  }
  return key;
};

/** Makes a new key in place of the old one, which ends every token. Only by the user's explicit word. */
export const replaceSigningKey = async (database: Database, secrets: SecretStore, randomBytes: RandomBytes): Promise<Buffer> => {
  const key = randomBytes(32);
  await secrets.set(secretName, key.toString('base64url'));
  // A store that takes a key and does not give it back would lock everyone out at the next start.
  if ((await secrets.get(secretName)) !== key.toString('base64url'))
    throw new AppError('KEYCHAIN_UNAVAILABLE', { message: `The ${secrets.backend} store did not keep the signing key.` });
  return adopt(database, secrets, key);
};

const adopt = async (database: Database, secrets: SecretStore, key: Buffer): Promise<Buffer> => {
  if (key.length !== 32)
    throw new AppError('SIGNING_KEY_MISSING', {
      message: `The ${secrets.backend} store holds a signing key of ${key.length} bytes; it must have 32.`,
    });
  await database.write([
    { op: 'meta.set', key: metaFingerprint, value: fingerprint(key) },
    { op: 'meta.set', key: metaBackend, value: secrets.backend },
  ]);
  return key;
};

const fingerprint = (key: Buffer): string => createHash('sha256').update('openclaw signing key\0').update(key).digest('hex');
