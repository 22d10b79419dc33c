import * as z from 'zod';
import { AppError } from '../../src-shared/app-error.ts';
import { createLane } from '../lane.ts';
import { isErrno, readOrNull, replaceFile } from './file-secret-store-disk.ts';
import { openSealed, type SealedFile, seal, sealedFileSchema } from './file-secret-store-format.ts';
import type { SecretKeySource } from './file-secret-store-key.ts';
import type { SecretStore } from './secret-store.ts';
import { unavailable } from './secret-store-errors.ts';

type FileSecretStoreOptions = {
  readonly file: string;
  readonly keySource: SecretKeySource;
  readonly randomBytes: (size: number) => Buffer;
};

/**
 * Secrets in one file, encrypted with AES-256-GCM under a key from `keySource`, mode 0600, replaced as a whole. It is
 * read anew for each call, so that the command line and the gateway see each other's changes. A file that does not
 * open – another key, a changed byte – is an error and is never written over.
 */
export const createFileSecretStore = ({ file, keySource, randomBytes }: FileSecretStoreOptions): SecretStore => {
  const lane = createLane();

  const load = async (): Promise<Loaded> => {
    const text = await readOrNull(file);
    if (text === null) return { salt: randomBytes(16), mode: 'new', secrets: new Map() };
    const sealed = parseSealed(text);
    if (sealed.key !== keySource.backend)
      throw unavailable(
        `${fileName} was sealed by the ${sealed.key} store and cannot be opened by the ${keySource.backend} store.`,
        `${sealed.key === 'secret-file' ? 'Set OPENCLAW_SECRET_FILE' : 'Start without OPENCLAW_SECRET_FILE'} as before. To give up what it holds: remove the file, then \`openclaw token rotate\`.`,
      );
    const salt = Buffer.from(sealed.salt, 'base64');
    const plain = openSealed(sealed, await keySource.key(salt, 'existing'));
    if (plain === null)
      throw unavailable(
        `${fileName} cannot be decrypted: ${keySource.describe} is not the key it was sealed with, or the file was changed.`,
        damagedHint,
      );
    return { salt, mode: 'existing', secrets: new Map(z.array(z.tuple([z.string(), z.string()])).parse(JSON.parse(plain))) };
  };

  const save = async ({ salt, mode, secrets }: Loaded): Promise<void> => {
    const key = await keySource.key(salt, mode);
    const sealed = seal(JSON.stringify([...secrets]), key, { key: keySource.backend, salt, iv: randomBytes(12) });
    await replaceFile(file, `${JSON.stringify(sealed)}\n`);
  };

  return {
    backend: keySource.backend,
    warning: keySource.warning,
    get: (name) => lane(() => guarded(async () => (await load()).secrets.get(name) ?? null)),
    set: (name, value) =>
      lane(() =>
        guarded(async () => {
          const loaded = await load();
          loaded.secrets.set(name, value);
          await save(loaded);
        }),
      ),
    delete: (name) =>
      lane(() =>
        guarded(async () => {
          const loaded = await load();
          if (!loaded.secrets.delete(name)) return false;
          await save(loaded);
          return true;
        }),
      ),
  };
};

type Loaded = { readonly salt: Buffer; readonly mode: 'existing' | 'new'; readonly secrets: Map<string, string> };

/** For people; the whole path may hold a user's name. */
const fileName = 'data/secrets.enc';
const damagedHint =
  'Restore the file and its key from a backup. If they are gone for good, remove the file and run `openclaw token rotate`.';

const parseSealed = (text: string): SealedFile => {
  try {
    return sealedFileSchema.parse(JSON.parse(text));
  } catch (error) {
    throw unavailable(`${fileName} is damaged.`, damagedHint, error);
  }
};

const guarded = async <T>(job: () => Promise<T>): Promise<T> => {
  try {
    return await job();
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (isErrno(error, 'ENOSPC') || isErrno(error, 'EDQUOT')) throw new AppError('STORAGE_FULL', { cause: error });
    throw unavailable(`${fileName} cannot be read or written.`, 'Check that the data folder exists and belongs to this user.', error);
  }
};
