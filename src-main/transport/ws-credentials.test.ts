import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openEventStream } from '../testing/http-client.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';
import { refusedUpgrade } from '../testing/ws-client.ts';

const never = () => scriptModel(() => ({ kind: 'never' }));
const ticketFor = async (t: TestGateway, token: string): Promise<string> =>
  (await t.call('POST', '/api/v1/tickets', { token })).json.ticket as string;

describe('an upgrade needs a credential', () => {
  it('none, a bad, an expired, a revoked one, and an API key are refused before the 101', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock });
    const [short, gone, key] = [await t.mint({ expiresIn: '90s' }), await t.mint(), await t.mint({ kind: 'api-key' })];
    await t.call('DELETE', `/api/v1/tokens/${gone.id}`, { token: t.admin });
    clock.advance(90_000);
    expect(await refusedUpgrade(t.wsUrl)).toMatchObject({ status: 401, code: 'TOKEN_MISSING' });
    expect(await refusedUpgrade(t.wsUrl, { token: 'x.y.z' })).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
    expect(await refusedUpgrade(t.wsUrl, { token: short.secret })).toMatchObject({ status: 401, code: 'TOKEN_EXPIRED' });
    expect(await refusedUpgrade(t.wsUrl, { token: gone.secret })).toMatchObject({ status: 401, code: 'TOKEN_REVOKED' });
    expect(await refusedUpgrade(t.wsUrl, { token: key.secret })).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    expect(await refusedUpgrade(`${t.wsUrl}?token=${t.admin}`)).toMatchObject({ status: 401, code: 'TOKEN_MISSING' });
  });
});

describe('a ticket', () => {
  it('opens one WebSocket with the rights of its token, and not a second', async () => {
    const t = await startTestGateway();
    const ticket = await ticketFor(t, await t.token('agents'));
    const socket = await t.ws({ query: `?ticket=${ticket}` });
    socket.send({ type: 'message', content: 'hi' });
    expect(await socket.waitFor((frame) => frame.type === 'error')).toMatchObject({ code: 'SCOPE_MISSING' });
    expect(await refusedUpgrade(`${t.wsUrl}?ticket=${ticket}`)).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
  });

  it('is for pages of our own origin: it opens there, and nowhere else', async () => {
    const t = await startTestGateway();
    const ticket = await ticketFor(t, t.admin);
    const from = (Origin: string) => ({ headers: { Origin } });
    for (const foreign of ['https://evil.example', 'null', `http://localhost:${t.port}.evil.example`])
      expect(await refusedUpgrade(`${t.wsUrl}?ticket=${ticket}`, from(foreign))).toMatchObject({ status: 403, code: 'ORIGIN_REFUSED' });
    const socket = await t.ws({ query: `?ticket=${ticket}`, ...from(`http://localhost:${t.port}`) });
    socket.send({ type: 'ping' });
    await socket.waitFor((frame) => frame.type === 'pong');
    expect(await refusedUpgrade(`${t.wsUrl}?ticket=${ticket}`, from(`http://localhost:${t.port}`))).toMatchObject({
      code: 'TOKEN_INVALID',
    });
  });

  it('that is wrong counts as a bad credential', async () => {
    const t = await startTestGateway();
    for (let tries = 0; tries < 10; tries += 1) expect((await refusedUpgrade(`${t.wsUrl}?ticket=wrong`)).status).toBe(401);
    expect(await refusedUpgrade(`${t.wsUrl}?ticket=wrong`)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    await (await t.ws({ query: `?ticket=${await ticketFor(t, t.admin)}` })).close();
  });

  it('is good for 30 s', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock });
    const [early, late] = [await ticketFor(t, t.admin), await ticketFor(t, t.admin)];
    clock.advance(29_999);
    await (await t.ws({ query: `?ticket=${early}` })).close();
    clock.advance(1);
    expect(await refusedUpgrade(`${t.wsUrl}?ticket=${late}`)).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
  });

  it('is worth nothing once its token is revoked', async () => {
    const t = await startTestGateway();
    const { id, secret } = await t.mint();
    const ticket = await ticketFor(t, secret);
    await t.call('DELETE', `/api/v1/tokens/${id}`, { token: t.admin });
    expect(await refusedUpgrade(`${t.wsUrl}?ticket=${ticket}`)).toMatchObject({ status: 401, code: 'TOKEN_REVOKED' });
  });

  it('opens no REST route', async () => {
    const t = await startTestGateway();
    expect((await t.call('GET', `/api/v1/agents?ticket=${await ticketFor(t, t.admin)}`)).status).toBe(401);
  });
});

describe('revoking a token', () => {
  it('closes its sockets, cancels its turns and leaves those of others alone', async () => {
    const upstream = await never();
    const t = await startTestGateway({ upstream });
    const { id, secret } = await t.mint();
    const [first, second, other] = [await t.ws({ token: secret }), await t.ws({ token: secret }), await t.ws({ token: await t.token() })];
    first.send({ type: 'message', content: 'hi' });
    other.send({ type: 'message', content: 'hi' });
    const waiting = t.post({ content: 'hi' }, { token: secret });
    const { messageId } = await first.waitFor<never>((frame) => frame.type === 'status');
    await upstream.requested(3);

    await t.call('DELETE', `/api/v1/tokens/${id}`, { token: t.admin });
    expect(await first.closed).toEqual({ code: 1008, reason: 'TOKEN_REVOKED' });
    expect(await second.closed).toEqual({ code: 1008, reason: 'TOKEN_REVOKED' });
    expect((await waiting).json.status).toBe('cancelled');
    expect((await t.call('GET', `/api/v1/messages/${messageId}`, { token: t.admin })).json.status).toBe('cancelled');
    other.send({ type: 'ping' });
    await other.waitFor((frame) => frame.type === 'pong');
    expect((await t.call('GET', '/api/v1/status', { token: t.admin })).json.queue.running).toBe(1);
  });

  it('acts at once, also on a client that does not take the hint', async () => {
    const upstream = await never();
    const t = await startTestGateway({ upstream });
    const { id, secret } = await t.mint();
    // One that speaks WebSocket by hand, and does not answer the closing frame.
    const socket = connect(t.port, '127.0.0.1');
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${t.port}\r\nAuthorization: Bearer ${secret}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    await once(socket, 'data');
    await t.call('DELETE', `/api/v1/tokens/${id}`, { token: t.admin });
    socket.write(textFrame(JSON.stringify({ type: 'message', content: 'still here', sessionId: 'sneaky' })));
    // Sent behind it on another connection, so it is read after it.
    const other = await t.ws();
    other.send({ type: 'message', content: 'hi' });
    await upstream.requested(1);
    expect(upstream.requests.map(({ body }) => body.messages.at(-1)?.content)).toEqual(['hi']);
    const { sessions } = (await t.call('GET', '/api/v1/sessions', { token: t.admin })).json;
    expect(sessions.map(({ name }: { name: string }) => name)).not.toContain('sneaky');
    socket.destroy();
  });

  it('ends the event streams it has open', async () => {
    const t = await startTestGateway({ upstream: await never() });
    const { id, secret } = await t.mint({ scopes: ['messages', 'logs'] });
    const turn = await openEventStream(t.base, 'POST', '/api/v1/messages', { token: secret, json: { content: 'hi' } });
    const logs = await openEventStream(t.base, 'GET', '/api/v1/logs', { token: secret });
    await t.call('DELETE', `/api/v1/tokens/${id}`, { token: t.admin });
    await Promise.all([turn.ended, logs.ended]);
    const { messageId } = turn.events[0]!;
    await expect.poll(async () => (await t.call('GET', `/api/v1/messages/${messageId}`, { token: t.admin })).json.status).toBe('cancelled');
  });
});

describe('a token that expires', () => {
  it('closes its sockets at that moment', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock });
    const { secret } = await t.mint({ expiresIn: '25s' });
    const [direct, byTicket] = [await t.ws({ token: secret }), await t.ws({ query: `?ticket=${await ticketFor(t, secret)}` })];
    clock.advance(24_999);
    direct.send({ type: 'ping' });
    await direct.waitFor((frame) => frame.type === 'pong');
    clock.advance(1);
    expect(await direct.closed).toEqual({ code: 1008, reason: 'TOKEN_EXPIRED' });
    expect(await byTicket.closed).toEqual({ code: 1008, reason: 'TOKEN_EXPIRED' });
  });

  it('ends the event streams it has open', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock });
    const { secret } = await t.mint({ expiresIn: '25s', scopes: ['logs'] });
    const logs = await openEventStream(t.base, 'GET', '/api/v1/logs', { token: secret });
    clock.advance(25_000);
    await logs.ended;
  });
});

describe('a socket that is silent', () => {
  it('is dropped when two heartbeats go by without a sign of life', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock });
    const [dead, living] = [await t.ws(), await t.ws()];
    dead.socket.pause();
    clock.advance(30_000);
    living.send({ type: 'ping' });
    await living.waitFor((frame) => frame.type === 'pong');
    clock.advance(30_000);
    dead.socket.resume();
    expect((await dead.closed).code).toBe(1006);
    living.send({ type: 'ping' });
    await living.close();
  });
});

describe('caps', () => {
  it('on sockets of one token: 503 before the 101, and room again when one closes', async () => {
    const t = await startTestGateway({ config: { gateway: { limits: { perToken: 2 } } } });
    const first = await t.ws();
    await t.ws();
    expect(await refusedUpgrade(t.wsUrl, { token: t.admin })).toMatchObject({ status: 503, code: 'TOO_MANY_CONNECTIONS' });
    await (await t.ws({ token: await t.token() })).close();
    await first.close();
    await expect
      .poll(() =>
        t.ws().then(
          (socket) => socket.close().then(() => 'open'),
          () => 'refused',
        ),
      )
      .toBe('open');
  });

  it('on connections: the next is refused, and what it asks is not done', async () => {
    const upstream = await never();
    const t = await startTestGateway({ upstream, config: { gateway: { limits: { connections: 2 } } } });
    const [one, two] = [await t.ws(), await t.ws()];
    const refused = await t.post({ content: 'hi', wait: false }).catch(() => ({ status: 503 }));
    expect(refused.status).toBe(503);
    await one.close();
    await expect
      .poll(async () => (await t.call('GET', '/api/v1/status', { token: t.admin }).catch(() => ({ status: 503 }))).status)
      .toBe(200);
    expect(upstream.requests.length).toBe(0);
    await two.close();
  });

  it('on connections that have not shown a credential: strangers cannot lock out who has one', async () => {
    const t = await startTestGateway({ config: { gateway: { limits: { unauthenticated: 3 } } } });
    const socket = await t.ws();
    const strangers = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const stranger = connect(t.port, '127.0.0.1');
        await once(stranger, 'connect');
        return stranger;
      }),
    );
    expect(
      await t.call('GET', '/healthz').then(
        ({ status }) => status,
        () => 503,
      ),
    ).toBe(503);
    socket.send({ type: 'ping' });
    await socket.waitFor((frame) => frame.type === 'pong');
    for (const stranger of strangers) stranger.destroy();
    await expect
      .poll(() =>
        t.call('GET', '/healthz').then(
          ({ status }) => status,
          () => 503,
        ),
      )
      .toBe(200);
  });
});

/** Masked, as clients must, with a mask of zeros. Up to 125 bytes. */
const textFrame = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x81, 0x80 | Buffer.byteLength(text), 0, 0, 0, 0]), Buffer.from(text)]);
