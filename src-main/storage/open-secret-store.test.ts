import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createMemorySecretStore } from './memory-secret-store.ts';
import { openSecretStore } from './open-secret-store.ts';
import type { SecretStore } from './secret-store.ts';
import { unavailable } from './secret-store-errors.ts';

const bus = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus' };

const working = (): SecretStore => ({ ...createMemorySecretStore(), backend: 'keychain' });
const failing = (words: string): SecretStore => {
  const fail = () => Promise.reject(unavailable('The keychain failed.', '', new Error(words)));
  return { backend: 'keychain', warning: null, get: fail, set: fail, delete: fail };
};

describe('openSecretStore', () => {
  let home: string;
  const warnings: unknown[] = [];
  const log = { info: () => {}, warn: (...words: unknown[]) => void warnings.push(words.at(-1)) };
  const open = (options: {
    remembered?: SecretStore['backend'];
    keychain?: SecretStore;
    env?: Record<string, string>;
    platform?: NodeJS.Platform;
  }) =>
    openSecretStore({
      home,
      log,
      randomBytes,
      env: bus,
      remembered: null,
      platform: 'linux',
      keychain: working(),
      ...options,
    });

  beforeEach(async () => {
    warnings.length = 0;
    home = await mkdtemp(join(tmpdir(), 'openclaw-home-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
  });

  const secretFile = async (): Promise<Record<string, string>> => {
    await writeFile(join(home, 'secret'), 'correct horse battery', { mode: 0o600 });
    return { ...bus, OPENCLAW_SECRET_FILE: join(home, 'secret') };
  };

  it('takes the keychain where there is one, and leaves no trace of having tried', async () => {
    const keychain = working();
    const store = await open({ keychain });
    expect(store).toBe(keychain);
    expect(await keychain.get('probe')).toBeNull();
    expect(warnings).toEqual([]);
  });

  it('takes OPENCLAW_SECRET_FILE before the keychain', async () => {
    expect((await open({ env: await secretFile() })).backend).toBe('secret-file');
  });

  it('falls back to a file, with a warning, where the machine has no keychain', async () => {
    for (const none of [
      { env: {} },
      { keychain: failing("Couldn't access platform storage: Secret Service: no result found") },
      { keychain: failing('Cannot find native binding.') },
      { keychain: { ...working(), get: async () => null } },
    ]) {
      warnings.length = 0;
      const store = await open(none);
      expect(store.backend).toBe('file');
      expect(warnings).toEqual([store.warning]);
    }
  });

  it('does not count a locked keychain as none', async () => {
    for (const words of ['Secret Service: unlock prompt was dismissed', 'The collection is locked', 'DBus error: Did not receive a reply.'])
      await expect(open({ keychain: failing(words) })).rejects.toMatchObject({ code: 'KEYCHAIN_UNAVAILABLE' });
  });

  it('stays with the backend the database remembers, or says so', async () => {
    expect((await open({ remembered: 'file' })).backend).toBe('file');
    expect((await open({ remembered: 'secret-file', env: await secretFile() })).backend).toBe('secret-file');
    const keychain = failing('locked');
    expect(await open({ remembered: 'keychain', keychain })).toBe(keychain);

    const refused = (backend: string) => ({
      code: 'KEYCHAIN_UNAVAILABLE',
      message: expect.stringContaining(backend) as string,
      hint: expect.stringMatching(/token rotate/) as string,
    });
    await expect(open({ remembered: 'keychain', env: {} })).rejects.toMatchObject(refused('keychain'));
    await expect(open({ remembered: 'secret-file' })).rejects.toMatchObject(refused('secret-file'));
    const env = await secretFile();
    await expect(open({ remembered: 'keychain', env })).rejects.toMatchObject(refused('backend keychain'));
    await expect(open({ remembered: 'file', env })).rejects.toMatchObject(refused('backend file'));
  });

  it('asks no session bus on other systems', async () => {
    expect((await open({ platform: 'darwin', env: {} })).backend).toBe('keychain');
  });
});
