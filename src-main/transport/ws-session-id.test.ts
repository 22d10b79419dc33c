import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestGatewayOptions } from '../testing/test-gateway.ts';
import { gated, lastUserText, scriptModel } from '../testing/upstream.ts';
import { refusedUpgrade, type WsClient } from '../testing/ws-client.ts';

type Frame = { readonly type: string; readonly content: string; readonly sessionId: string; readonly messageId: string };
const isResponse = (frame: { type: string }) => frame.type === 'response';
const isError = (frame: { type: string }) => frame.type === 'error';

/** A token and a session that it made. */
const withSession = async (options: TestGatewayOptions = {}, scopes = ['messages', 'sessions', 'logs', 'agents']) => {
  const t = await startTestGateway(options);
  const { token, secret } = (await t.call('POST', '/api/v1/tokens', { token: t.admin, json: { name: 'x', scopes } })).json;
  const { sessionId } = (await t.post({ content: '/help' }, { token: secret })).json;
  return { t, id: token.id as string, token: secret as string, sessionId: sessionId as string };
};
const reopen = (t: TestGateway, sessionId: string): Promise<WsClient> => t.ws({ query: `?sessionId=${sessionId}` });
const refused = (t: TestGateway, sessionId: string) => refusedUpgrade(`${t.wsUrl}?sessionId=${sessionId}`);
const say = async (socket: WsClient, content: string, more = {}): Promise<Frame> => {
  const id = `${content}-${socket.frames.length}`;
  socket.send({ type: 'message', content, id, ...more });
  return socket.waitFor<never>((frame) => 'replyTo' in frame && frame.replyTo === id && (isResponse(frame) || isError(frame)));
};

describe('/ws?sessionId=', () => {
  it('reopens that session without any other credential, also with a restart in between', async () => {
    const { t, sessionId } = await withSession({ home: createTestHome() });
    const first = await reopen(t, sessionId);
    expect(await say(first, '/help')).toMatchObject({ type: 'response', sessionId });
    expect(await say(first, '/help', { sessionId })).toMatchObject({ type: 'response', sessionId });
    // Not when a socket closes.
    await first.close();
    await t.stop();
    const next = await startTestGateway({ home: t.home });
    const second = await reopen(next, sessionId);
    second.send({ type: 'resume', sessionId, afterSeq: 0 });
    await expect.poll(() => second.frames.filter(isResponse).length).toBe(3);
    expect(await say(second, '/help')).toMatchObject({ type: 'response', sessionId });
  });

  it('follows and cancels the turns of that session', async () => {
    const { reply } = gated(['never']);
    const { t, token, sessionId } = await withSession({
      upstream: await scriptModel((request) => (lastUserText(request) === '/help' ? { kind: 'text', chunks: ['ok'] } : reply)),
    });
    const turn = t.post({ content: 'long', sessionId }, { token });
    const socket = await reopen(t, sessionId);
    socket.send({ type: 'resume', sessionId, afterSeq: 0 });
    await socket.waitFor((frame) => frame.type === 'status');
    socket.send({ type: 'cancel' });
    expect((await turn).json.status).toBe('cancelled');
  });

  it('reaches nothing else, though its token could', async () => {
    const { reply } = gated(['never']);
    const upstream = await scriptModel((request) => (lastUserText(request) === 'long' ? reply : { kind: 'text', chunks: ['secret'] }));
    const { t, token, sessionId } = await withSession({ upstream }, ['admin']);
    const other = (await t.post({ content: 'other', sessionId: 'mine-too' }, { token })).json;
    const { messageId } = (await t.post({ content: 'long', sessionId: 'mine-too', wait: false }, { token })).json;
    await upstream.requested(3);
    const socket = await reopen(t, sessionId);
    for (const ref of [other.sessionId, 'mine-too', 'a-new-one'])
      expect(await say(socket, 'x', { sessionId: ref })).toMatchObject({ type: 'error', code: 'SESSION_UNKNOWN' });

    const errorsOf = async (frame: object): Promise<string> => {
      const before = socket.frames.length;
      socket.send({ ...frame });
      return ((await socket.waitFor<never>((each) => isError(each) && socket.frames.indexOf(each) >= before)) as { code: string }).code;
    };
    expect(await errorsOf({ type: 'resume', sessionId: other.sessionId, afterSeq: 0 })).toBe('SESSION_UNKNOWN');
    expect(await errorsOf({ type: 'cancel', sessionId: 'mine-too' })).toBe('SESSION_UNKNOWN');
    for (const topic of ['status', 'sessions', 'logs'])
      expect(await errorsOf({ type: 'subscribe', topics: [topic] })).toBe('SCOPE_MISSING');
    for (const type of ['approve', 'deny']) expect(await errorsOf({ type, approvalId: `apr_${'a'.repeat(22)}` })).toBe('SCOPE_MISSING');
    socket.send({ type: 'cancel', messageId });
    expect(await say(socket, 'still here')).toMatchObject({ type: 'response', sessionId });
    expect((await t.call('GET', '/api/v1/status', { token })).json.queue.running).toBe(1);

    // What the same token said elsewhere under the same key.
    const elsewhere = await t.ws({ token });
    elsewhere.send({ type: 'message', content: 'same', idempotencyKey: 'same-key' });
    await elsewhere.waitFor(isResponse);
    expect(await say(socket, 'same', { idempotencyKey: 'same-key' })).toMatchObject({ type: 'error', code: 'IDEMPOTENCY_CONFLICT' });
    expect(socket.frames.filter((frame) => frame.content === 'secret').length).toBe(1);
  });

  it('is no credential for REST, in the query or in a header', async () => {
    const { t, sessionId } = await withSession();
    expect((await t.call('GET', `/api/v1/sessions?sessionId=${sessionId}`)).json.error.code).toBe('TOKEN_MISSING');
    expect((await t.call('GET', '/api/v1/sessions', { token: sessionId })).json.error.code).toBe('TOKEN_INVALID');
    expect(await refusedUpgrade(t.wsUrl, { token: sessionId })).toMatchObject({ code: 'TOKEN_INVALID' });
  });
});

describe('what a Session ID opens ends', () => {
  it('with the revocation of its token', async () => {
    const { t, id, sessionId } = await withSession();
    const socket = await reopen(t, sessionId);
    await t.call('DELETE', `/api/v1/tokens/${id}`, { token: t.admin });
    expect(await socket.closed).toEqual({ code: 1008, reason: 'TOKEN_REVOKED' });
    expect(await refused(t, sessionId)).toMatchObject({ status: 401, code: 'TOKEN_REVOKED' });
    await t.call('POST', `/api/v1/tokens/${id}/restore`, { token: t.admin });
    await (await reopen(t, sessionId)).close();
  });

  it('with its expiry', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock });
    const { secret } = await t.mint({ expiresIn: '25s' });
    const { sessionId } = (await t.post({ content: '/help' }, { token: secret })).json;
    const socket = await reopen(t, sessionId);
    clock.advance(25_000);
    expect(await socket.closed).toEqual({ code: 1008, reason: 'TOKEN_EXPIRED' });
    expect(await refused(t, sessionId)).toMatchObject({ status: 401, code: 'TOKEN_EXPIRED' });
  });

  it('with a new signing key', async () => {
    const { t, sessionId } = await withSession();
    const socket = await reopen(t, sessionId);
    await t.call('POST', '/api/v1/tokens/rotate', { token: t.admin });
    expect(await socket.closed).toEqual({ code: 1008, reason: 'TOKEN_REVOKED' });
    expect(await refused(t, sessionId)).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
  });

  it('after an hour without a word; pongs are none', async () => {
    const clock = createManualClock();
    const { t, token, sessionId } = await withSession({ clock });
    const socket = await reopen(t, sessionId);
    const hour = async (): Promise<void> => {
      for (let beats = 0; beats < 120 && socket.socket.readyState === socket.socket.OPEN; beats += 1) {
        const beat = Promise.race([once(socket.socket, 'ping'), socket.closed]);
        clock.advance(30_000);
        await beat;
        if (socket.socket.readyState !== socket.socket.OPEN) return;
        // Comes back behind the pong that the beat was answered with.
        socket.socket.ping();
        await Promise.race([once(socket.socket, 'pong'), socket.closed]);
      }
    };
    clock.advance(29_000);
    await say(socket, '/help');
    await hour();
    expect(await socket.closed).toEqual({ code: 1008, reason: 'SESSION_IDLE' });
    expect(await refused(t, sessionId)).toMatchObject({ status: 401, code: 'SESSION_IDLE' });
    // With a token it is a session like any other, and then in use again.
    await t.post({ content: '/help', sessionId }, { token });
    await (await reopen(t, sessionId)).close();
  });
});

describe('a Session ID that opens nothing', () => {
  it('of whoever has no token, no scope for messages, or an API key', async () => {
    const t = await startTestGateway({ home: createTestHome() });
    const { secret } = await t.mint({ kind: 'api-key' });
    const { sessionId } = (await t.post({ content: '/help' }, { token: secret })).json;
    expect(await refused(t, sessionId)).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    const agents = await t.token('agents');
    const invoked = (await t.call('POST', '/api/v1/agents/main/invoke', { token: agents, json: { content: '/help' } })).json;
    expect(await refused(t, invoked.sessionId)).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
  });

  it('is counted like any bad credential', async () => {
    const { t, sessionId } = await withSession();
    const wrong = `ses_${'A'.repeat(43)}`;
    for (let tries = 0; tries < 10; tries += 1) expect((await refused(t, wrong)).status).toBe(401);
    expect(await refused(t, wrong)).toMatchObject({ status: 429, code: 'RATE_LIMITED', headers: { 'retry-after': expect.any(String) } });
    // A good one still works.
    await (await reopen(t, sessionId)).close();
  });

  it('never reaches the log', async () => {
    const { t, id, sessionId } = await withSession({ config: { logs: { level: 'debug' } } });
    const socket = await reopen(t, sessionId);
    await say(socket, 'x', { sessionId: `ses_${'B'.repeat(43)}` });
    await t.call('DELETE', `/api/v1/tokens/${id}`, { token: t.admin });
    await refused(t, sessionId);
    await refused(t, `ses_${'B'.repeat(43)}`);
    await t.call('GET', `/ws?sessionId=${sessionId}`);
    await t.stop();
    expect(t.logText()).not.toContain('ses_');
  });
});
