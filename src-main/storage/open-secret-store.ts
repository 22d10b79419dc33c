import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { locateHome } from '../home.ts';
import { createFileSecretStore } from './file-secret-store.ts';
import { createKeyFileSource, openSecretFileSource } from './file-secret-store-key.ts';
import { createKeychainSecretStore, isKeychainShut, keychainServiceName } from './keychain-secret-store.ts';
import type { SecretStore } from './secret-store.ts';
import { keychainHint, unavailable } from './secret-store-errors.ts';

type Backend = SecretStore['backend'];

type OpenSecretStoreOptions = {
  /** The home folder, absolute. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The backend the database names for the signing key; null on a first start and for `token rotate`. */
  readonly remembered: Backend | null;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly randomBytes: (size: number) => Buffer;
  readonly platform?: NodeJS.Platform;
  /** The keychain; a parameter for tests. */
  readonly keychain?: SecretStore;
};

/**
 * Chooses where secrets live. OPENCLAW_SECRET_FILE goes first; then the OS keychain; and an encrypted file, with a
 * warning, only where the machine has no keychain at all – one that is merely locked is an error that says so. Once
 * the database remembers a backend it is that one or an error, never silently another: the keys would not be there,
 * and new ones would end every token.
 *
 * @throws AppError KEYCHAIN_UNAVAILABLE
 */
export const openSecretStore = async (options: OpenSecretStoreOptions): Promise<SecretStore> => {
  const { env, log, remembered } = options;
  const secretFile = env.OPENCLAW_SECRET_FILE;
  const store = secretFile ? await openSecretFile(options, secretFile) : await openWithoutSecretFile(options);
  if (remembered !== null && remembered !== 'memory' && store.backend !== remembered) throw otherBackend(remembered);
  if (store.warning !== null) log.warn({ backend: store.backend }, store.warning);
  return store;
};

const openSecretFile = async ({ home, log, randomBytes }: OpenSecretStoreOptions, secretFile: string): Promise<SecretStore> =>
  createFileSecretStore({
    file: sealedFile(home),
    randomBytes,
    keySource: await openSecretFileSource(secretFile, () =>
      log.warn(
        'The file named by OPENCLAW_SECRET_FILE can be read by every user of this machine; chmod 600 it unless this is a container.',
      ),
    ),
  });

const openWithoutSecretFile = async (options: OpenSecretStoreOptions): Promise<SecretStore> => {
  const { remembered } = options;
  if (remembered === 'secret-file') throw otherBackend('secret-file');
  if (remembered === 'file') return openKeyFile(options);
  const keychain = openKeychain(options);
  // A keychain that holds the key already is not asked here: reading the key is the question, and each one costs time.
  if (remembered === 'keychain') {
    if (keychain === null) throw unavailable('The signing key is in the OS keychain, and this session has none to ask.', keychainHint);
    return keychain;
  }
  return keychain !== null && (await answers(keychain, options.log)) ? keychain : openKeyFile(options);
};

const openKeyFile = ({ home, randomBytes }: OpenSecretStoreOptions): SecretStore =>
  createFileSecretStore({
    file: sealedFile(home),
    randomBytes,
    keySource: createKeyFileSource({ file: join(home, 'data', 'secrets.key'), randomBytes }),
  });

const sealedFile = (home: string): string => join(home, 'data', 'secrets.enc');

/** Null where it is plain without loading the native module that there is none: on Linux without a session bus. */
const openKeychain = ({ home, env, platform = process.platform, keychain }: OpenSecretStoreOptions): SecretStore | null => {
  const hasBus = Boolean(env.DBUS_SESSION_BUS_ADDRESS) || existsSync(join(env.XDG_RUNTIME_DIR || '/nowhere', 'bus'));
  if (platform === 'linux' && !hasBus) return null;
  return keychain ?? createKeychainSecretStore({ service: keychainServiceName(home, locateHome({}).root) });
};

/**
 * Whether the keychain keeps what it is given. Reading alone does not tell: a Secret Service without any collection
 * answers "nothing there" like a fresh one, and refuses only the write.
 */
const answers = async (keychain: SecretStore, log: Pick<Logger, 'info'>): Promise<boolean> => {
  try {
    await keychain.set(probeName, probeName);
    const kept = await keychain.get(probeName);
    await keychain.delete(probeName);
    return kept === probeName;
  } catch (error) {
    if (isKeychainShut(error)) throw error;
    log.info({ err: error }, 'no OS keychain');
    return false;
  }
};

const probeName = 'probe';

const otherBackend = (remembered: Exclude<Backend, 'memory'>) => {
  const lives = {
    keychain: 'in the OS keychain',
    file: 'in the encrypted file under its own key',
    'secret-file': 'in the encrypted file under the key from OPENCLAW_SECRET_FILE',
  }[remembered];
  const asBefore = remembered === 'secret-file' ? 'Set OPENCLAW_SECRET_FILE as before' : 'Start without OPENCLAW_SECRET_FILE, as before';
  return unavailable(
    `The database says that the signing key is ${lives} (backend ${remembered}).`,
    `${asBefore}, or run \`openclaw token rotate\`, which makes a new signing key and ends every token.`,
  );
};
