import { scrypt } from 'node:crypto';
import { chmod, readFile, stat } from 'node:fs/promises';
import { isErrno, readOrNull, replaceFile } from './file-secret-store-disk.ts';
import { unavailable } from './secret-store-errors.ts';

/** Where the key of `secrets.enc` comes from. */
export type SecretKeySource = {
  readonly backend: 'file' | 'secret-file';
  readonly warning: string | null;
  /** For error texts: `the key in …`. */
  readonly describe: string;
  /**
   * The 32-byte key. `mode` says whether there is a sealed file already: then a missing key is an error, since a new
   * one could never open it.
   */
  readonly key: (salt: Buffer, mode: 'existing' | 'new') => Promise<Buffer>;
};

const keyFileName = 'data/secrets.key';
const keyPattern = /^[A-Za-z0-9_-]{43}\n?$/;

/** A key of its own beside the sealed file, mode 0600: keeps secrets out of backups of single files and casual looks, no more. */
export const createKeyFileSource = ({
  file,
  randomBytes,
}: {
  readonly file: string;
  readonly randomBytes: (size: number) => Buffer;
}): SecretKeySource => ({
  backend: 'file',
  warning:
    'No OS keychain was found, so secrets are kept in an encrypted file in the data folder. They are only as safe as this user account: whoever can read its files can read them. ' +
    'Install and unlock a keychain (on Linux gnome-keyring or KWallet in the desktop session), or name a key file kept elsewhere in OPENCLAW_SECRET_FILE; then run `openclaw token rotate`.',
  describe: keyFileName,
  key: async (_salt, mode) => {
    const text = await readOrNull(file);
    if (text !== null && keyPattern.test(text)) {
      await tighten(file);
      return Buffer.from(text.trim(), 'base64url');
    }
    if (mode === 'existing')
      throw unavailable(
        `${keyFileName} is ${text === null ? 'missing' : 'damaged'}, so the stored secrets cannot be read.`,
        'Restore it from a backup. If it is gone for good, remove data/secrets.enc and run `openclaw token rotate`.',
      );
    const key = randomBytes(32);
    await replaceFile(file, `${key.toString('base64url')}\n`);
    return key;
  },
});

/** Bytes; what is shorter can be guessed. */
const shortestSecret = 16;
const longestSecret = 65_536;
/** 32 MiB and about 0.1 s, once a start: the file may hold a passphrase. */
const scryptCost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };

/**
 * A key derived from what the file named by OPENCLAW_SECRET_FILE holds; line ends at its end do not count.
 * @throws AppError KEYCHAIN_UNAVAILABLE where the file is missing, too short or too long
 */
export const openSecretFileSource = async (file: string, onReadableByOthers: () => void): Promise<SecretKeySource> => {
  const secret = await readSecret(file);
  if (process.platform !== 'win32' && ((await stat(file)).mode & 0o004) !== 0) onReadableByOthers();
  const derived = new Map<string, Promise<Buffer>>();
  return {
    backend: 'secret-file',
    warning: null,
    describe: 'what OPENCLAW_SECRET_FILE holds',
    key: (salt) => {
      const name = salt.toString('base64');
      const key = derived.get(name) ?? derive(secret, salt);
      derived.set(name, key);
      return key;
    },
  };
};

const readSecret = async (file: string): Promise<Buffer> => {
  const hint = `OPENCLAW_SECRET_FILE must name a readable file of ${shortestSecret} to ${longestSecret} bytes, for example made with: openssl rand -base64 32`;
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const why = isErrno(error, 'ENOENT') ? 'does not exist' : isErrno(error, 'EACCES') ? 'may not be read by this user' : 'cannot be read';
    throw unavailable(`The file named by OPENCLAW_SECRET_FILE ${why}.`, hint, error);
  }
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end -= 1;
  if (end < shortestSecret) throw unavailable(`The file named by OPENCLAW_SECRET_FILE holds ${end} bytes; that is too short.`, hint);
  if (end > longestSecret) throw unavailable(`The file named by OPENCLAW_SECRET_FILE holds ${end} bytes; that is too long.`, hint);
  return bytes.subarray(0, end);
};

const derive = (secret: Buffer, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(secret, salt, 32, scryptCost, (error, key) => (error === null ? resolve(key) : reject(error)));
  });

const tighten = async (file: string): Promise<void> => {
  if (process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
};
