import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { type Scope, scopeSchema } from '../../src-shared/models/scope.ts';
import { createMemorySecretStore } from '../storage/memory-secret-store.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { call } from '../testing/http-client.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createTestHome, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { gated, scriptModel } from '../testing/upstream.ts';

const mintBy = (t: TestGateway, token: string, body: object = {}, headers = {}) =>
  t.call('POST', '/api/v1/tokens', { token, json: { name: 'child', ...body }, headers });
const setPin = (t: TestGateway) => t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin: '2468' } });
const pin = { 'X-OpenClaw-Pin': '2468' };
const show = (t: TestGateway, token: string, id: string, headers = {}) => t.call('GET', `/api/v1/tokens/${id}/secret`, { token, headers });

/** A keychain that can be locked while the gateway runs. */
const lockable = (): { store: SecretStore; lock: (locked: boolean) => void } => {
  const inner = createMemorySecretStore();
  let locked = false;
  const guard = async (): Promise<void> => {
    if (locked) throw new AppError('KEYCHAIN_UNAVAILABLE');
  };
  return {
    store: {
      ...inner,
      get: (name) => guard().then(() => inner.get(name)),
      set: (name, value) => guard().then(() => inner.set(name, value)),
      delete: (name) => guard().then(() => inner.delete(name)),
    },
    lock: (next) => {
      locked = next;
    },
  };
};

describe('a token can hand on', () => {
  it('only scopes that it has itself, whatever else the request says', async () => {
    const t = await startTestGateway();
    const held: Scope[] = ['tokens', 'logs'];
    const { secret } = await t.mint({ scopes: held });
    for (const scope of scopeSchema.options) {
      const answer = await mintBy(t, secret, { scopes: ['logs', scope] });
      if (held.includes(scope)) expect(answer.status).toBe(201);
      else expect(answer).toMatchObject({ status: 403, json: { error: { code: 'SCOPE_MISSING', details: { scope } } } });
    }
    // The default scopes are not hers either.
    expect((await mintBy(t, secret)).json.error.details).toEqual({ scope: 'messages' });
    expect((await mintBy(t, secret, { kind: 'api-key' })).json.error.details).toEqual({ scope: 'messages' });
    const sneaky = { scopes: ['logs'], scope: 'admin', id: 'tok_x', parentId: null, expiresAt: 9e15, secret: 'x' };
    const { token } = (await mintBy(t, secret, sneaky)).json;
    expect(token.scopes).toEqual(['logs']);
    expect(token.id).not.toBe('tok_x');
  });

  it('no more time than it has', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock });
    const parent = await t.mint({ scopes: ['tokens', 'logs'], expiresIn: '7d' });
    const { token } = (await mintBy(t, parent.secret, { scopes: ['logs'], expiresIn: '30d' })).json;
    expect(token).toMatchObject({ parentId: parent.id, expiresAt: clock.now() + 7 * 86_400_000 });
    const shorter = (await mintBy(t, parent.secret, { scopes: ['logs'], expiresIn: '1d' })).json.token;
    expect(shorter.expiresAt).toBe(clock.now() + 86_400_000);
    // The console's own token is no parent: what is minted in its window outlives it.
    const fromConsole = (await mintBy(t, t.admin, { expiresIn: '30d' })).json.token;
    expect(fromConsole).toMatchObject({ parentId: null, expiresAt: clock.now() + 30 * 86_400_000 });
  });

  it('nothing once it is revoked or its time is over, not even what is under way', async () => {
    const clock = createManualClock();
    let release = (): void => undefined;
    let hold: Promise<void> | null = null;
    const inner = createMemorySecretStore();
    const set: SecretStore['set'] = async (name, value) => {
      await hold;
      await inner.set(name, value);
    };
    const t = await startTestGateway({ clock, home: createTestHome({ secrets: { ...inner, set } }) });
    const [revoked, expired, racing] = [
      await t.mint({ scopes: ['tokens'] }),
      await t.mint({ scopes: ['tokens'], expiresIn: '90s' }),
      await t.mint({ scopes: ['tokens'] }),
    ];
    await t.call('DELETE', `/api/v1/tokens/${revoked.id}`, { token: t.admin });
    clock.advance(90_000);
    expect((await mintBy(t, revoked.secret, { scopes: ['tokens'] })).json.error.code).toBe('TOKEN_REVOKED');
    expect((await mintBy(t, expired.secret, { scopes: ['tokens'] })).json.error.code).toBe('TOKEN_EXPIRED');

    hold = new Promise((resolve) => {
      release = resolve;
    });
    const minting = mintBy(t, racing.secret, { name: 'late', scopes: ['tokens'] });
    // Its request is in: the keychain has been asked.
    await expect.poll(async () => (await t.call('GET', '/api/v1/tokens', { token: racing.secret })).status).toBe(200);
    await t.call('DELETE', `/api/v1/tokens/${racing.id}`, { token: t.admin });
    release();
    expect((await minting).json.error.code).toBe('TOKEN_REVOKED');
    const { tokens } = (await t.call('GET', '/api/v1/tokens', { token: t.admin })).json;
    expect(tokens.map(({ name }: { name: string }) => name)).not.toContain('late');
  });
});

describe('showing a token again', () => {
  it('is for callers that can do all that it can', async () => {
    const t = await startTestGateway();
    const [lesser, admin] = [await t.mint({ scopes: ['tokens', 'logs'] }), await t.mint({ scopes: ['admin'] })];
    const logs = await t.mint({ scopes: ['logs'] });
    expect((await show(t, lesser.secret, logs.id)).json.secret).toBe(logs.secret);
    expect(await show(t, lesser.secret, admin.id)).toMatchObject({
      status: 403,
      json: { error: { code: 'SCOPE_MISSING', details: { scope: 'admin' } } },
    });
    expect((await show(t, admin.secret, lesser.id)).json.secret).toBe(lesser.secret);
  });

  it('is not possible for those of the console', async () => {
    const t = await startTestGateway();
    const { tokens } = (await t.call('GET', '/api/v1/tokens', { token: t.admin })).json;
    expect(tokens).toMatchObject([{ kind: 'console' }]);
    expect((await show(t, t.admin, tokens[0].id)).json.error.code).toBe('TOKEN_UNKNOWN');
  });
});

describe('where a PIN is set', () => {
  it('minting what can raise rights asks for it, anything else does not', async () => {
    const t = await startTestGateway();
    await setPin(t);
    const risky: Scope[] = ['admin', 'tokens', 'approvals', 'config'];
    for (const scope of scopeSchema.options) {
      const plain = await mintBy(t, t.admin, { scopes: ['logs', scope] });
      if (!risky.includes(scope)) expect(plain.status).toBe(201);
      else {
        expect(plain).toMatchObject({ status: 403, json: { error: { code: 'PIN_REQUIRED', message: expect.stringContaining(scope) } } });
        expect((await mintBy(t, t.admin, { scopes: ['logs', scope] }, { 'X-OpenClaw-Pin': '0000' })).json.error.code).toBe('PIN_WRONG');
        expect((await mintBy(t, t.admin, { scopes: ['logs', scope] }, pin)).status).toBe(201);
      }
    }
    expect((await mintBy(t, t.admin)).status).toBe(201);
    expect((await mintBy(t, t.admin, { kind: 'api-key' })).status).toBe(201);
    // What would not be minted anyway is no reason to ask, or to try PINs on.
    const lesser = (await mintBy(t, t.admin, { scopes: ['tokens'] }, pin)).json.secret;
    expect((await mintBy(t, lesser, { scopes: ['admin'] }, { 'X-OpenClaw-Pin': '0000' })).json.error.code).toBe('SCOPE_MISSING');
  });

  it('showing one again always does', async () => {
    const t = await startTestGateway();
    const { id, secret } = await t.mint();
    await setPin(t);
    expect((await show(t, t.admin, id)).json.error.code).toBe('PIN_REQUIRED');
    expect((await show(t, t.admin, id, pin)).json.secret).toBe(secret);
  });

  it('the console still signs in without it', async () => {
    const t = await startTestGateway();
    await setPin(t);
    await t.gateway.mintConsoleToken();
    const code = new URL(t.gateway.createSignInLink().url).hash.replace('#sign-in=', '');
    expect((await t.call('POST', '/api/v1/sign-in', { json: { code } })).status).toBe(201);
  });
});

describe('a keychain that locks while the gateway runs', () => {
  it('fails what needs it and leaves nothing half-made; everything else goes on', async () => {
    const { store, lock } = lockable();
    const { reply, release } = gated(['one', 'two']);
    const clock = createManualClock();
    const upstream = await scriptModel(() => reply);
    const t = await startTestGateway({ home: createTestHome({ secrets: store }), upstream, clock });
    const { id, secret } = await t.mint({ scopes: ['messages', 'tokens'] });
    const before = (await t.call('GET', '/api/v1/tokens', { token: t.admin })).json.tokens.length;
    const running = t.post({ content: 'hi' }, { token: secret });
    lock(true);
    for (const body of [{ scopes: ['messages'] }, { kind: 'api-key' }])
      expect(await mintBy(t, t.admin, body)).toMatchObject({
        status: 503,
        json: { error: { code: 'KEYCHAIN_UNAVAILABLE', retryable: true } },
      });
    expect((await show(t, t.admin, id)).json.error.code).toBe('KEYCHAIN_UNAVAILABLE');
    expect((await t.call('POST', '/api/v1/tokens/rotate', { token: t.admin })).json.error.code).toBe('KEYCHAIN_UNAVAILABLE');
    release();
    expect((await running).json.status).toBe('completed');
    expect((await t.call('GET', '/api/v1/tokens', { token: secret })).json.tokens.length).toBe(before);
    // Revoking does not wait for it, …
    expect((await t.call('DELETE', `/api/v1/tokens/${id}`, { token: t.admin })).status).toBe(200);
    expect((await t.call('GET', '/api/v1/tokens', { token: secret })).json.error.code).toBe('TOKEN_REVOKED');
    // … and unlocked, all is as before.
    lock(false);
    expect((await mintBy(t, t.admin)).status).toBe(201);
    await t.stop();
    clock.advance(10_000);
    const next = await startTestGateway({ home: t.home, clock });
    expect((await next.call('GET', '/api/v1/tokens', { token: next.admin })).json.tokens.length).toBe(before + 2);
    await expect.poll(() => store.get(`token:${id}`)).toBeNull();
  });
});

describe('the list', () => {
  it('says when, how often and from where a token was last used, whichever door it came through', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock });
    const { id, secret } = await t.mint({ scopes: ['messages', 'agents', 'logs'] });
    const row = async () =>
      (await t.call('GET', '/api/v1/tokens', { token: t.admin })).json.tokens.find((each: { id: string }) => each.id === id);
    const expectUse = async (requests: number, lastAddress: string) =>
      expect(await row()).toMatchObject({ requests, lastUsedAt: clock.now(), lastAddress });
    expect(await row()).toMatchObject({ requests: 0, lastUsedAt: null, lastAddress: null });

    await t.call('GET', '/api/v1/agents', { token: secret });
    await expectUse(1, '127.0.0.1');
    clock.advance(1_000);
    await call(`http://[::1]:${t.port}`, 'GET', '/api/v1/agents', { token: secret });
    await expectUse(2, '::1');
    clock.advance(1_000);
    const socket = await t.ws({ token: secret });
    await expectUse(3, '127.0.0.1');
    clock.advance(1_000);
    socket.send({ type: 'message', content: '/help' });
    await socket.waitFor((frame) => frame.type === 'response');
    await expectUse(4, '127.0.0.1');
    clock.advance(1_000);
    const { ticket } = (await t.call('POST', '/api/v1/tickets', { token: secret })).json;
    await t.ws({ query: `?ticket=${ticket}` });
    await expectUse(6, '127.0.0.1');
    clock.advance(1_000);
    await t.call('POST', '/api/v1/messages', { token: secret, json: { content: '/help', stream: true } });
    await expectUse(7, '127.0.0.1');
    // Refused at another door: still a use of it.
    await t.call('GET', '/api/v1/tokens', { token: secret });
    await expectUse(8, '127.0.0.1');
    await t.stop();
  });

  it('counts what comes by the doors of other protocols, by a Session ID and with a key', async () => {
    const t = await startTestGateway();
    const [bearer, key] = [await t.mint({ scopes: ['messages', 'agents'] }), await t.mint({ kind: 'api-key' })];
    const uses = async ({ id }: { id: string }) => {
      const { tokens } = (await t.call('GET', '/api/v1/tokens', { token: t.admin })).json;
      const { requests, lastAddress } = tokens.find((row: { id: string }) => row.id === id);
      return `${requests} from ${lastAddress}`;
    };
    const chat = { model: 'openclaw', messages: [{ role: 'user', content: '/help' }] };
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    await t.call('POST', '/v1/chat/completions', { token: bearer.secret, json: chat });
    expect(await uses(bearer)).toBe('1 from 127.0.0.1');
    await call(`http://[::1]:${t.port}`, 'POST', '/mcp', { token: bearer.secret, json: list });
    expect(await uses(bearer)).toBe('2 from ::1');
    const { sessionId } = (await t.post({ content: '/help' }, { token: bearer.secret })).json;
    const socket = await t.ws({ query: `?sessionId=${sessionId}` });
    expect(await uses(bearer)).toBe('4 from 127.0.0.1');
    socket.send({ type: 'message', content: '/help' });
    await socket.waitFor((frame) => frame.type === 'response');
    expect(await uses(bearer)).toBe('5 from 127.0.0.1');

    await t.call('GET', '/v1/models', { token: key.secret });
    await call(`http://[::1]:${t.port}`, 'POST', '/api/v1/messages', { headers: { 'X-API-Key': key.secret }, json: { content: '/help' } });
    expect(await uses(key)).toBe('2 from ::1');
    expect(await uses(bearer)).toBe('5 from 127.0.0.1');
  });

  it('keeps the counts for the next start', async () => {
    const t = await startTestGateway({ home: createTestHome() });
    const { id, secret } = await t.mint();
    for (let uses = 0; uses < 3; uses += 1) await t.call('GET', '/api/v1/agents', { token: secret });
    await t.stop();
    const next = await startTestGateway({ home: t.home });
    const { tokens } = (await next.call('GET', '/api/v1/tokens', { token: next.admin })).json;
    expect(tokens.find((row: { id: string }) => row.id === id)).toMatchObject({ requests: 3, lastAddress: '127.0.0.1' });
  });
});
