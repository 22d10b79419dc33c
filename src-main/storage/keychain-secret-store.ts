import { createHash } from 'node:crypto';
import { AppError } from '../../src-shared/app-error.ts';
import { createLane } from '../lane.ts';
import type { SecretStore } from './secret-store.ts';
import { keychainHint, unavailable } from './secret-store-errors.ts';

/** Milliseconds one call may take: long enough for a busy machine, short of a user's patience with a start that hangs. */
export const keychainTimeLimitMs = 5_000;

type KeychainOptions = {
  /** Under which the entries stand; see `keychainServiceName`. */
  readonly service: string;
  readonly timeLimitMs?: number;
  /** Loads the native module; a parameter so that a machine without it can be tested. */
  readonly load?: () => Promise<KeychainModule>;
};

/** What we use of the module (`@napi-rs/keyring` under the name `keytar`). */
type KeychainModule = {
  readonly AsyncEntry: new (service: string, account: string, options: { linux: { store: 'secret-service' } }) => KeychainEntry;
};
type KeychainEntry = {
  readonly getSecret: () => Promise<ArrayLike<number> | null>;
  readonly setSecret: (secret: Uint8Array) => Promise<void>;
  readonly deleteCredential: () => Promise<boolean>;
};

/**
 * The OS keychain: Keychain on macOS, Credential Manager on Windows, the Secret Service (gnome-keyring, KWallet) on
 * Linux. The module is reached through `AsyncEntry` and not its keytar-shaped functions, because those fall back to
 * the Linux kernel keyring without a word where there is no Secret Service – and that forgets everything at the next
 * boot – and because `getSecret` tells "locked" from "nothing there" (docs/decisions/0002).
 *
 * Values are UTF-8; Windows keeps at most 2,560 bytes of each.
 */
export const createKeychainSecretStore = ({
  service,
  timeLimitMs = keychainTimeLimitMs,
  load = loadKeychain,
}: KeychainOptions): SecretStore => {
  // A call that waits for an unlock prompt holds a thread of libuv's small pool until it ends. One at a time, so that
  // a prompt nobody answers costs one thread and not all four, which files and DNS need as well.
  const lane = createLane();
  const call = async <T>(action: string, job: (module: KeychainModule) => Promise<T>): Promise<T> => {
    const message = `The keychain did not answer within ${timeLimitMs / 1000} s while ${action}; it may be waiting for somebody to unlock it.`;
    const limit = timeLimit(timeLimitMs, message);
    try {
      // A call whose time ran out while it waited for its turn must not write behind its caller's back.
      return await Promise.race([lane(async () => (limit.passed() ? limit.expired : job(await load()))), limit.expired]);
    } catch (error) {
      throw unavailable(error instanceof KeychainTimeout ? message : wordsFor(error, action), keychainHint, error);
    } finally {
      limit.clear();
    }
  };
  const entry = (module: KeychainModule, name: string): KeychainEntry =>
    new module.AsyncEntry(service, name, { linux: { store: 'secret-service' } });

  return {
    backend: 'keychain',
    warning: null,
    get: (name) =>
      call('reading', async (module) => {
        const bytes = await entry(module, name).getSecret();
        return bytes === null ? null : Buffer.from(bytes).toString('utf8');
      }),
    set: (name, value) => call('writing', (module) => entry(module, name).setSecret(Buffer.from(value, 'utf8'))),
    delete: (name) => call('deleting', (module) => entry(module, name).deleteCredential()),
  };
};

/** `openclaw` for the usual home folder; any other gets a name of its own, so that two homes never share a secret. */
export const keychainServiceName = (home: string, usualHome: string): string =>
  home === usualHome ? 'openclaw' : `openclaw-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;

/**
 * Whether the keychain is there but shut – locked, waiting, or hung – as against a machine that has none. Takes what a
 * method of this store rejected with. The module has one error code for everything, so its words must tell.
 */
export const isKeychainShut = (error: unknown): boolean => {
  const cause = error instanceof AppError ? error.cause : error;
  if (cause instanceof KeychainTimeout) return true;
  return cause instanceof Error && /locked|dismissed|did not receive a reply|interaction is not allowed|cancel+ed/i.test(cause.message);
};

const wordsFor = (error: unknown, action: string): string =>
  isKeychainShut(error) ? `The keychain is locked; ${action} failed.` : `The keychain failed while ${action}.`;

const loadKeychain = async (): Promise<KeychainModule> => import('keytar');

class KeychainTimeout extends Error {}

const timeLimit = (limitMs: number, message: string) => {
  let passed = false;
  let clear = (): void => {};
  const expired = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => {
      passed = true;
      reject(new KeychainTimeout(message));
    }, limitMs);
    clear = () => clearTimeout(timer);
  });
  return { expired, passed: () => passed, clear };
};
