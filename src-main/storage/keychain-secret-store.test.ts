import { describe, expect, it } from 'vitest';
import { createKeychainSecretStore, isKeychainShut, keychainServiceName } from './keychain-secret-store.ts';
import { describeSecretStore } from './secret-store.conformance.ts';

type Entries = Map<string, Uint8Array>;

/** The native module as far as we use it; `gate` holds each call until it resolves. */
const fakeModule = (entries: Entries, gate: () => Promise<unknown> = async () => undefined) => ({
  AsyncEntry: class {
    readonly key: string;
    constructor(service: string, account: string, options: { linux: { store: string } }) {
      expect(options.linux.store).toBe('secret-service');
      this.key = `${service}\0${account}`;
    }
    getSecret = () => gate().then(() => entries.get(this.key) ?? null);
    setSecret = (secret: Uint8Array) => gate().then(() => void entries.set(this.key, secret));
    deleteCredential = () => gate().then(() => entries.delete(this.key));
  },
});

describeSecretStore('keychain (module twin)', async () => {
  const module = fakeModule(new Map());
  const open = () => createKeychainSecretStore({ service: 'openclaw', load: async () => module });
  return { store: open(), reopen: async () => open() };
});

describe('the keychain store', () => {
  it('gives up in time, and writes nothing once it has', async () => {
    const entries: Entries = new Map();
    const { promise: unlocked, resolve: unlock } = deferred();
    const store = createKeychainSecretStore({ service: 's', timeLimitMs: 20, load: async () => fakeModule(entries, () => unlocked) });
    const first = store.get('key').catch((error: unknown) => error);
    const second = store.set('key', 'late').catch((error: unknown) => error);
    for (const error of [await first, await second]) {
      expect(error).toMatchObject({ code: 'KEYCHAIN_UNAVAILABLE', retryable: true, hint: expect.stringMatching(/token rotate/) as string });
      expect(isKeychainShut(error)).toBe(true);
    }
    unlock();
    expect(await store.get('key')).toBeNull();
  });

  it('says so where the native module is missing, and tries it again later', async () => {
    let there = false;
    const store = createKeychainSecretStore({
      service: 's',
      load: async () => {
        if (!there) throw new Error('Cannot find native binding.');
        return fakeModule(new Map());
      },
    });
    const error: unknown = await store.get('key').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'KEYCHAIN_UNAVAILABLE' });
    expect(isKeychainShut(error)).toBe(false);
    there = true;
    expect(await store.get('key')).toBeNull();
  });

  it('keeps two homes apart', () => {
    expect(keychainServiceName('/home/a/openclaw', '/home/a/openclaw')).toBe('openclaw');
    expect(keychainServiceName('/srv/one', '/home/a/openclaw')).toMatch(/^openclaw-[0-9a-f]{16}$/);
    expect(keychainServiceName('/srv/one', '/home/a/openclaw')).not.toBe(keychainServiceName('/srv/two', '/home/a/openclaw'));
  });
});

const deferred = () => {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
};
