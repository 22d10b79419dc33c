import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { systemClock } from '../clock.ts';
import { createMemorySecretStore } from '../storage/memory-secret-store.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { openWorkerDatabase } from '../storage/worker-database.ts';
import { createTestHome, startTestGateway, type TestHome, workerUrl } from '../testing/test-gateway.ts';
import { rotateKeys } from './rotate-keys.ts';

/** A store that says what it was asked to keep. */
const watched = () => {
  const store = createMemorySecretStore();
  const written: string[] = [];
  const set: SecretStore['set'] = (name, value) => {
    written.push(name);
    return store.set(name, value);
  };
  return { store: { ...store, set }, written };
};

const startedOnce = async (): Promise<{ home: TestHome; token: string; key: string }> => {
  const home = createTestHome();
  const t = await startTestGateway({ home });
  const token = await t.token();
  await t.stop();
  return { home, token, key: (await home.secrets.get('signing-key'))! };
};

describe('the one signing key', () => {
  it('is made on the first start, exactly one of 256 bits, and the same one is used from then on', async () => {
    const { store, written } = watched();
    const home = createTestHome({ secrets: store });
    const one = await startTestGateway({ home });
    const token = await one.token();
    await one.stop();
    expect(written.filter((name) => name === 'signing-key').length).toBe(1);
    expect(Buffer.from((await store.get('signing-key'))!, 'base64url').length).toBe(32);

    const two = await startTestGateway({ home });
    expect((await two.call('GET', '/api/v1/agents', { token })).status).toBe(200);
    expect(written.filter((name) => name === 'signing-key').length).toBe(1);
  });

  it('differs from home to home', async () => {
    const [one, two] = [await startedOnce(), await startedOnce()];
    expect(one.key).not.toBe(two.key);
  });

  it('that the keychain does not have although the database remembers one stops the start, and none is made', async () => {
    const { home } = await startedOnce();
    const { store, written } = watched();
    const start = startTestGateway({ home: { ...home, secrets: store } });
    await expect(start).rejects.toMatchObject({
      code: 'SIGNING_KEY_MISSING',
      message: expect.stringMatching(/memory store has none/),
      hint: expect.stringContaining('openclaw token rotate'),
    });
    expect(written).toEqual([]);
    expect(await store.get('signing-key')).toBeNull();

    // The right store, unlocked again: everything is as before.
    const again = await startTestGateway({ home });
    expect((await again.call('GET', '/healthz')).status).toBe(200);
  });

  it('that is another one than the database remembers stops the start too, and stays as it is', async () => {
    const { home } = await startedOnce();
    const { store, written } = watched();
    const other = randomBytes(32).toString('base64url');
    await store.set('signing-key', other);
    written.length = 0;
    await expect(startTestGateway({ home: { ...home, secrets: store } })).rejects.toMatchObject({
      code: 'SIGNING_KEY_MISSING',
      message: expect.stringMatching(/has another one/),
    });
    expect(written).toEqual([]);
    expect(await store.get('signing-key')).toBe(other);
  });

  it('is not made while the keychain is locked', async () => {
    const locked: SecretStore = {
      ...createMemorySecretStore(),
      get: async () => {
        throw new AppError('KEYCHAIN_UNAVAILABLE');
      },
    };
    await expect(startTestGateway({ home: createTestHome({ secrets: locked }) })).rejects.toMatchObject({ code: 'KEYCHAIN_UNAVAILABLE' });
  });

  it('is not taken for kept by a keychain that forgets it at once', async () => {
    const forgetful: SecretStore = { ...createMemorySecretStore(), get: async () => null };
    await expect(startTestGateway({ home: createTestHome({ secrets: forgetful }) })).rejects.toMatchObject({
      code: 'KEYCHAIN_UNAVAILABLE',
    });
  });

  it('is known to the database by its fingerprint only', async () => {
    const { home, key } = await startedOnce();
    const { database } = await openWorkerDatabase({ file: home.databaseFile, workerUrl, now: systemClock.now });
    onTestFinished(database.close);
    const fingerprint = await database.read({ op: 'meta.get', key: 'signing-key.fingerprint' });
    expect(fingerprint).toBe(createHash('sha256').update('openclaw signing key\0').update(Buffer.from(key, 'base64url')).digest('hex'));
    expect(await database.read({ op: 'meta.get', key: 'signing-key.backend' })).toBe('memory');
  });

  it('that is lost is replaced by the explicit repair, which ends every token', async () => {
    const { home, token } = await startedOnce();
    const empty = createMemorySecretStore();
    const { database } = await openWorkerDatabase({ file: home.databaseFile, workerUrl, now: systemClock.now });
    await rotateKeys({ database, secrets: empty, clock: systemClock, randomBytes });
    await database.close();

    const t = await startTestGateway({ home: { ...home, secrets: empty } });
    expect((await t.call('GET', '/api/v1/agents', { token })).json.error.code).toBe('TOKEN_INVALID');
    expect(
      (await t.call('GET', '/api/v1/tokens', { token: t.admin })).json.tokens.filter(({ kind }: { kind: string }) => kind === 'bearer'),
    ).toMatchObject([{ revokedAt: expect.any(Number) }]);
    expect((await t.call('GET', '/api/v1/agents', { token: await t.token() })).status).toBe(200);
  });
});
