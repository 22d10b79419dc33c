import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBrowserCredentials, createDesktopCredentials } from '../../api/credentials.ts';
import { createHttpClient, type HttpClient } from '../../api/http-client.ts';
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts';
import { memoryStorage } from '../../testing/memory-storage.ts';
import { createSignInStore } from './sign-in-store.ts';

let gateway: FakeGateway;
beforeEach(async () => {
  gateway = await startFakeGateway();
});
afterEach(() => gateway.stop());

const open = (storage: Storage) => {
  const credentials = createBrowserCredentials(storage);
  const store = createSignInStore({ credentials, http: () => http });
  const http: HttpClient = createHttpClient({ baseUrl: gateway.url, fetch, token: credentials.token, onSignedOut: store.refused });
  return { store, http };
};
const refusal = { error: { code: 'TOKEN_REVOKED', message: 'revoked', retryable: false, traceId: 't' } };

describe('sign-in', () => {
  it('asks for a token when there is none', async () => {
    const { store } = open(memoryStorage());
    await store.begin(null);
    expect(store.getState()).toEqual({ phase: 'signed-out', error: null });
  });

  it('trades the code of a one-time link and keeps the token', async () => {
    gateway.answers.set('POST /api/v1/sign-in', { status: 201, body: { token: 'traded', expiresAt: 9 } });
    const storage = memoryStorage();
    const { store, http } = open(storage);
    await store.begin('code');
    expect(store.getState().phase).toBe('signed-in');
    await http.call('listSessions', { query: {} });
    expect(gateway.requests.at(-1)?.authorization).toBe('Bearer traded');
    await open(storage).store.begin(null);
    expect(store.getState().phase).toBe('signed-in');
  });

  it('says that a link is used up', async () => {
    gateway.answers.set('POST /api/v1/sign-in', { status: 401, body: { error: { ...refusal.error, code: 'SIGN_IN_INVALID' } } });
    const { store } = open(memoryStorage());
    await store.begin('old');
    expect(store.getState()).toMatchObject({ phase: 'signed-out', error: { code: 'SIGN_IN_INVALID' } });
  });

  it('takes a token as people paste it', async () => {
    const { store } = open(memoryStorage());
    await store.signIn('  "Bearer abc"\n');
    expect(store.getState().phase).toBe('signed-in');
    expect(gateway.requests.at(-1)?.authorization).toBe('Bearer abc');
  });

  it('goes back to the door, without the token, when it is refused', async () => {
    const storage = memoryStorage();
    const { store, http } = open(storage);
    await store.signIn('abc');
    gateway.answers.set('GET /api/v1/agents', { status: 401, body: refusal });
    await http.call('listAgents').catch(() => undefined);
    expect(store.getState()).toMatchObject({ phase: 'signed-out', error: { code: 'TOKEN_REVOKED' } });
    expect(storage.length).toBe(0);
  });

  it('renews the token of the desktop before it ends', async () => {
    let now = 0;
    let minted = 0;
    const credentials = createDesktopCredentials(
      { platform: 'linux', call: async () => ({ token: `t${++minted}`, expiresAt: now + 100_000 }) as never },
      () => now,
    );
    expect(await credentials.token()).toBe('t1');
    expect(await credentials.token()).toBe('t1');
    now = 50_000;
    expect(await credentials.token()).toBe('t2');
  });
});
