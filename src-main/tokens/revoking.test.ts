import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import type { Scope } from '../../src-shared/models/scope.ts';
import type { Database } from '../storage/database.ts';
import { openEventStream } from '../testing/http-client.ts';
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts';
import { createTestHome, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';

type Minted = { readonly id: string; readonly secret: string };
const scopes: readonly Scope[] = ['tokens', 'messages', 'logs'];
const child = async (t: TestGateway, parent: Minted): Promise<Minted> => {
  const { token, secret } = (await t.call('POST', '/api/v1/tokens', { token: parent.secret, json: { name: 'child', scopes } })).json;
  return { id: token.id, secret };
};
/** A token, one it has minted, and one that this one has minted. */
const threeGenerations = async (t: TestGateway): Promise<readonly [Minted, Minted, Minted]> => {
  const first = await t.mint({ scopes });
  const second = await child(t, first);
  return [first, second, await child(t, second)];
};
const revoke = async (t: TestGateway, { id }: Minted) => t.call('DELETE', `/api/v1/tokens/${id}`, { token: t.admin });
const restore = async (t: TestGateway, { id }: Minted, token = t.admin) => t.call('POST', `/api/v1/tokens/${id}/restore`, { token });
const stateOf = async (t: TestGateway, { secret }: Minted): Promise<string> => {
  const answer = await t.call('GET', '/api/v1/logs', { token: secret });
  return answer.status === 200 ? 'good' : answer.json.error.code;
};
const statesOf = (t: TestGateway, tokens: readonly Minted[]) => Promise.all(tokens.map((token) => stateOf(t, token)));
const R = 'TOKEN_REVOKED';

describe('revoking', () => {
  it('ends those it has minted too, and theirs; not its own parent, nor others', async () => {
    const t = await startTestGateway();
    const [first, second, third] = await threeGenerations(t);
    const sister = await child(t, first);
    expect((await revoke(t, second)).json.token.revokedAt).toEqual(expect.any(Number));
    expect(await statesOf(t, [first, second, third, sister])).toEqual(['good', R, R, 'good']);
    await revoke(t, first);
    expect(await statesOf(t, [first, second, third, sister])).toEqual([R, R, R, R]);
  });

  it('ends what they have open: sockets, streams and turns of every generation', async () => {
    const upstream = await scriptModel(() => ({ kind: 'never' }));
    const t = await startTestGateway({ upstream });
    const family = await threeGenerations(t);
    const sockets = await Promise.all(family.map(({ secret }) => t.ws({ token: secret })));
    const logs = await Promise.all(family.map(({ secret }) => openEventStream(t.base, 'GET', '/api/v1/logs', { token: secret })));
    const turns = family.map(({ secret }) => t.post({ content: 'hi' }, { token: secret }));
    await upstream.requested(3);
    await revoke(t, family[0]);
    for (const socket of sockets) expect(await socket.closed).toEqual({ code: 1008, reason: R });
    for (const stream of logs) await stream.ended;
    for (const turn of turns) expect((await turn).json.status).toBe('cancelled');
  });

  it('ends a download in the middle', async () => {
    let hold: Promise<void> | null = null;
    let release = (): void => undefined;
    const wrapDatabase = (database: Database): Database => ({
      ...database,
      read: async (query) => {
        if (query.op === 'event.list' && query.afterSeq > 0) await hold;
        return database.read(query);
      },
    });
    const t = await startTestGateway({ wrapDatabase });
    const token = await t.mint();
    for (let turn = 0; turn < 30; turn += 1) await t.post({ content: '/help', sessionId: 'long' }, { token: token.secret });
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const download = await openEventStream(t.base, 'GET', '/api/v1/sessions/long/export', { token: token.secret });
    expect(download.status).toBe(200);
    await revoke(t, token);
    await download.ended;
    release();
  });

  it('holds for the next start, for all of them', async () => {
    const t = await startTestGateway({ home: createTestHome() });
    const family = await threeGenerations(t);
    await revoke(t, family[0]);
    await t.stop();
    const next = await startTestGateway({ home: t.home });
    expect(await statesOf(next, family)).toEqual([R, R, R]);
  });

  it('does not let what it had accepted run at the next start', async () => {
    const upstream = await scriptModel((_request, count) => (count === 1 ? { kind: 'never' } : { kind: 'text', chunks: ['too late'] }));
    const clock = createManualClock();
    const t = await startTestGateway({ home: createTestHome(), upstream, clock });
    const { secret } = await t.mint({ expiresIn: '90s' });
    const { messageId } = (await t.post({ content: 'hi', wait: false }, { token: secret })).json;
    await upstream.requested(1);
    await t.stop();
    clock.advance(90_000);
    const next = await startTestGateway({ home: t.home, upstream, clock });
    expect((await next.call('GET', `/api/v1/messages/${messageId}`, { token: next.admin })).json.status).toBe('cancelled');
    expect(upstream.requests.length).toBe(1);
  });

  it('twice keeps the first time', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock });
    const token = await t.mint();
    const first = (await revoke(t, token)).json;
    expect(first.undoUntil).toBe(clock.now() + 10_000);
    clock.advance(60_000);
    expect((await revoke(t, token)).json).toEqual(first);
    expect((await t.call('DELETE', '/api/v1/tokens/tok_none', { token: t.admin })).json.error.code).toBe('TOKEN_UNKNOWN');
  });

  it('acts even where the disk does not take it, and says so', async () => {
    let full = false;
    const wrapDatabase = (database: Database): Database => ({
      ...database,
      write: (writes) => (full ? Promise.reject(new AppError('STORAGE_FULL')) : database.write(writes)),
    });
    const t = await startTestGateway({ wrapDatabase, home: createTestHome() });
    const token = await t.mint({ scopes });
    full = true;
    expect((await revoke(t, token)).json.error.code).toBe('STORAGE_FULL');
    expect(await stateOf(t, token)).toBe(R);
    full = false;
    expect((await revoke(t, token)).status).toBe(200);
    await t.stop();
    expect(await stateOf(await startTestGateway({ home: t.home }), token)).toBe(R);
  });
});

describe('the undo of a revocation', () => {
  const start = async (): Promise<{ t: TestGateway; clock: ManualClock }> => {
    const clock = createManualClock();
    return { t: await startTestGateway({ clock, home: createTestHome() }), clock };
  };

  it('brings back all that the same revocation ended, with their texts', async () => {
    const { t, clock } = await start();
    const family = await threeGenerations(t);
    await revoke(t, family[0]);
    clock.advance(9_999);
    expect((await restore(t, family[0])).json.token).toMatchObject({ id: family[0].id, revokedAt: null });
    expect(await statesOf(t, family)).toEqual(['good', 'good', 'good']);
    // Nothing is forgotten later on.
    clock.advance(60_000);
    for (const { id, secret } of family)
      expect((await t.call('GET', `/api/v1/tokens/${id}/secret`, { token: t.admin })).json.secret).toBe(secret);
    await t.stop();
    expect(await statesOf(await startTestGateway({ home: t.home, clock }), family)).toEqual(['good', 'good', 'good']);
  });

  it('does not bring back what was revoked before', async () => {
    const { t } = await start();
    const family = await threeGenerations(t);
    // Within one millisecond, by this clock.
    await revoke(t, family[2]);
    await revoke(t, family[0]);
    await restore(t, family[0]);
    expect(await statesOf(t, family)).toEqual(['good', 'good', R]);
    expect((await restore(t, family[2])).status).toBe(200);
    expect(await statesOf(t, family)).toEqual(['good', 'good', 'good']);
  });

  it('is over after 10 s: 409, and the text is forgotten', async () => {
    const { t, clock } = await start();
    const token = await t.mint({ scopes });
    await revoke(t, token);
    expect(await t.home.secrets.get(`token:${token.id}`)).toBe(token.secret);
    clock.advance(10_000);
    expect(await restore(t, token)).toMatchObject({ status: 409, json: { error: { code: 'UNDO_OVER' } } });
    await expect.poll(() => t.home.secrets.get(`token:${token.id}`)).toBeNull();
    expect(await stateOf(t, token)).toBe(R);
  });

  it('is not for a child alone, and for a token that is none it changes nothing', async () => {
    const { t } = await start();
    const family = await threeGenerations(t);
    await revoke(t, family[0]);
    expect((await restore(t, family[1])).json.error).toMatchObject({ code: 'UNDO_OVER', hint: expect.any(String) });
    await restore(t, family[0]);
    expect((await restore(t, family[0])).json.token.revokedAt).toBeNull();
    expect((await t.call('POST', '/api/v1/tokens/tok_none/restore', { token: t.admin })).json.error.code).toBe('TOKEN_UNKNOWN');
  });

  it('takes a token that can do all that the other can', async () => {
    const { t } = await start();
    const [admin, lesser] = [await t.mint({ scopes: ['admin'] }), await t.mint({ scopes: ['tokens'] })];
    await revoke(t, admin);
    expect((await restore(t, admin, lesser.secret)).json.error).toMatchObject({ code: 'SCOPE_MISSING', details: { scope: 'admin' } });
    expect(await stateOf(t, admin)).toBe(R);
  });

  it('lasts across a restart, with what is left of its time', async () => {
    const { t, clock } = await start();
    const family = await threeGenerations(t);
    await revoke(t, family[1]);
    await t.stop();
    clock.advance(6_000);
    const next = await startTestGateway({ home: t.home, clock });
    expect((await restore(next, family[1])).status).toBe(200);
    expect(await statesOf(next, family)).toEqual(['good', 'good', 'good']);
    await revoke(next, family[1]);
    await next.stop();
    clock.advance(6_000);
    const last = await startTestGateway({ home: t.home, clock });
    clock.advance(4_000);
    expect((await restore(last, family[1])).json.error.code).toBe('UNDO_OVER');
    for (const { id } of [family[1], family[2]]) await expect.poll(() => t.home.secrets.get(`token:${id}`)).toBeNull();
  });

  it('that nobody asked for before the process ended: the next one forgets the texts', async () => {
    const { t, clock } = await start();
    const token = await t.mint({ scopes });
    await revoke(t, token);
    await t.stop();
    expect(await t.home.secrets.get(`token:${token.id}`)).toBe(token.secret);
    clock.advance(60_000);
    await startTestGateway({ home: t.home, clock });
    await expect.poll(() => t.home.secrets.get(`token:${token.id}`)).toBeNull();
  });

  it('leaves it revoked where the disk does not take it', async () => {
    let full = false;
    const wrapDatabase = (database: Database): Database => ({
      ...database,
      write: (writes) => (full ? Promise.reject(new AppError('STORAGE_FULL')) : database.write(writes)),
    });
    const t = await startTestGateway({ wrapDatabase });
    const token = await t.mint({ scopes });
    await revoke(t, token);
    full = true;
    expect((await restore(t, token)).json.error.code).toBe('STORAGE_FULL');
    expect(await stateOf(t, token)).toBe(R);
    full = false;
    expect((await restore(t, token)).status).toBe(200);
    expect(await stateOf(t, token)).toBe('good');
  });

  it('does not exist for a rotation, which ends what could still be undone as well', async () => {
    const { t } = await start();
    const [revoked, other] = [await t.mint({ scopes }), await t.mint({ scopes })];
    const key = await t.mint({ kind: 'api-key' });
    await revoke(t, revoked);
    await t.call('POST', '/api/v1/tokens/rotate', { token: t.admin });
    const admin = (await t.gateway.mintConsoleToken()).token;
    for (const token of [revoked, other, key]) {
      expect((await restore(t, token, admin)).json.error.code).toBe('UNDO_OVER');
      expect(await t.home.secrets.get(`token:${token.id}`)).toBeNull();
    }
    expect(await statesOf(t, [revoked, other])).toEqual(['TOKEN_INVALID', 'TOKEN_INVALID']);
    expect((await t.call('POST', '/api/v1/messages', { token: key.secret, json: { content: '/help' } })).json.error.code).toBe(R);
  });
});

describe('a new signing key', () => {
  it('ends all that is open and under way at that moment, however it came in', async () => {
    const upstream = await scriptModel(() => ({ kind: 'never' }));
    const t = await startTestGateway({ upstream });
    const [token, key] = [await t.mint({ scopes: ['messages', 'logs'] }), await t.mint({ kind: 'api-key' })];
    const by = { token: token.secret };
    const { ticket } = (await t.call('POST', '/api/v1/tickets', by)).json;
    const { sessionId } = (await t.post({ content: 'hi', wait: false, sessionId: 'mine' }, by)).json;
    const sockets = [await t.ws(by), await t.ws({ query: `?ticket=${ticket}` }), await t.ws({ query: `?sessionId=${sessionId}` })];
    const chat = { model: 'openclaw', messages: [{ role: 'user', content: 'hi' }] };
    const logs = await openEventStream(t.base, 'GET', '/api/v1/logs', by);
    const turn = t.post({ content: 'hi' }, by);
    const completion = t.call('POST', '/v1/chat/completions', { token: key.secret, json: chat });
    const batch = { ...by, body: '{"content":"hi"}', headers: { 'Content-Type': 'application/jsonl' } };
    await t.call('POST', '/api/v1/batches', batch);
    await upstream.requested(4);

    expect((await t.call('POST', '/api/v1/tokens/rotate', { token: t.admin })).status).toBe(200);
    for (const socket of sockets) expect(await socket.closed).toEqual({ code: 1008, reason: R });
    await logs.ended;
    expect((await turn).json.status).toBe('cancelled');
    expect((await completion).status).toBeGreaterThanOrEqual(400);
    await upstream.brokenOff(4);
    const admin = (await t.gateway.mintConsoleToken()).token;
    await expect
      .poll(async () => (await t.call('GET', '/api/v1/batches', { token: admin })).json.batches)
      .toMatchObject([{ status: 'cancelled' }]);
    await expect.poll(async () => (await t.call('GET', '/api/v1/status', { token: admin })).json.queue).toEqual({ running: 0, waiting: 0 });
    await expect(t.ws({ query: `?sessionId=${sessionId}` })).rejects.toThrow('401');
  });
});

describe('a token whose time is over', () => {
  it('ends its sockets, its streams and its turns at that moment', async () => {
    const upstream = await scriptModel(() => ({ kind: 'never' }));
    const clock = createManualClock();
    const t = await startTestGateway({ clock, upstream });
    const [short, long] = [await t.mint({ scopes, expiresIn: '25s' }), await t.mint({ scopes })];
    const socket = await t.ws({ token: short.secret });
    const logs = await openEventStream(t.base, 'GET', '/api/v1/logs', { token: short.secret });
    const turn = t.post({ content: 'hi' }, { token: short.secret });
    const other = t.post({ content: 'hi' }, { token: long.secret });
    await upstream.requested(2);
    clock.advance(24_999);
    expect(await stateOf(t, short)).toBe('good');
    clock.advance(1);
    expect(await socket.closed).toEqual({ code: 1008, reason: 'TOKEN_EXPIRED' });
    await logs.ended;
    expect((await turn).json.status).toBe('cancelled');
    expect(await stateOf(t, short)).toBe('TOKEN_EXPIRED');
    await revoke(t, long);
    expect((await other).json.status).toBe('cancelled');
  });

  it('is noticed within a minute also where the clock jumps, as after a sleep', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock });
    const socket = await t.ws({ token: (await t.mint({ expiresIn: '12h' })).secret });
    clock.setWall(clock.now() + 13 * 3_600_000);
    clock.advance(60_000);
    expect(await socket.closed).toEqual({ code: 1008, reason: 'TOKEN_EXPIRED' });
  });
});
