import { describe, expect, it } from 'vitest';
import { openWorkerDatabase } from '../storage/worker-database.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestHome, workerUrl } from '../testing/test-gateway.ts';
import { gated, lastUserText, scriptModel } from '../testing/upstream.ts';
import { openStops } from './stops.ts';

const echo = () => scriptModel((request) => ({ kind: 'text', chunks: [`re: ${lastUserText(request)}`] }));
const stop = (t: TestGateway, json: object, token = t.admin) => t.call('POST', '/api/v1/stop', { token, json });
const start = (t: TestGateway, json: object) => t.call('POST', '/api/v1/start', { token: t.admin, json });
const stopsOf = async (t: TestGateway) => (await t.call('GET', '/api/v1/status', { token: t.admin })).json.stops;

describe('the emergency brake', () => {
  it('ends what runs and what waits, and lets nothing begin by any door until it is released', async () => {
    const upstream = await scriptModel((_request, count) => (count === 1 ? { kind: 'never' } : { kind: 'text', chunks: ['again'] }));
    const t = await startTestGateway({ upstream });
    const socket = await t.ws();
    const running = t.post({ content: 'at work', sessionId: 's' });
    await upstream.requested(1);
    const waiting = (await t.post({ content: 'behind it', sessionId: 's', wait: false })).json;

    expect(await stop(t, { what: 'all' })).toMatchObject({
      status: 200,
      json: { cancelled: 2, stops: [{ what: 'all', id: null, since: expect.any(Number) }] },
    });
    expect((await running).json).toMatchObject({ status: 'cancelled' });
    expect((await t.call('GET', `/api/v1/messages/${waiting.messageId}`, { token: t.admin })).json.status).toBe('cancelled');

    const refused = await t.post({ content: 'no' });
    expect(refused).toMatchObject({
      status: 503,
      json: {
        error: {
          code: 'STOPPED',
          retryable: false,
          message: expect.stringContaining('everything'),
          hint: expect.stringContaining('start'),
        },
      },
    });
    socket.send({ type: 'message', content: 'no' });
    expect(await socket.waitFor((frame) => frame.type === 'error')).toMatchObject({ code: 'STOPPED' });
    expect(upstream.requests.length).toBe(1);

    expect((await start(t, { what: 'all' })).json).toEqual({ stops: [] });
    expect((await t.post({ content: 'yes', sessionId: 's' })).json.finalReply).toBe('again');
  });

  it('holds one agent, session, token or channel, and no other', async () => {
    const t = await startTestGateway({ upstream: await echo() });
    const { id: tokenId, secret: token } = await t.mint();
    await t.post({ content: 'a', sessionId: 'named' });
    const [session] = (await t.call('GET', '/api/v1/sessions', { token: t.admin })).json.sessions;
    const cases = [
      [{ what: 'agent', id: 'dev-coder' }, () => t.post({ content: 'x', agentId: 'dev-coder' })],
      [{ what: 'session', id: session.id }, () => t.post({ content: 'x', sessionId: 'named' })],
      [{ what: 'token', id: tokenId }, () => t.post({ content: 'x' }, { token })],
      [{ what: 'channel', id: 'feed' }, () => t.post({ content: 'x', channel: 'feed' })],
    ] as const;
    for (const [target, held] of cases) {
      await stop(t, target);
      expect((await held()).json.error).toMatchObject({
        code: 'STOPPED',
        message: expect.stringContaining(target.id),
        hint: expect.stringContaining(`openclaw start ${target.what} ${target.id}`),
      });
      expect((await t.post({ content: 'free' })).status, target.what).toBe(200);
    }
    expect(await stopsOf(t)).toHaveLength(4);
    await start(t, cases[0][0]);
    expect((await cases[0][1]()).status).toBe(200);
    expect((await cases[1][1]()).status).toBe(503);
    // Releases all of them.
    await start(t, { what: 'all' });
    for (const [, free] of cases) expect((await free()).status).toBe(200);
  });

  it('ends only the turns it is pulled for', async () => {
    const script = gated(['done']);
    const t = await startTestGateway({ upstream: await scriptModel(() => script.reply) });
    const one = (await t.post({ content: 'x', agentId: 'main', wait: false })).json;
    const other = (await t.post({ content: 'x', agentId: 'dev-coder', wait: false })).json;
    expect((await stop(t, { what: 'agent', id: 'main' })).json.cancelled).toBe(1);
    script.release();
    const end = async (messageId: string) => (await t.call('GET', `/api/v1/messages/${messageId}`, { token: t.admin })).json.status;
    await expect.poll(() => end(other.messageId)).toBe('completed');
    expect(await end(one.messageId)).toBe('cancelled');
  });

  it('keeps its time when it is pulled twice, and wants an id for everything but all', async () => {
    const t = await startTestGateway();
    const [first] = (await stop(t, { what: 'all' })).json.stops;
    expect((await stop(t, { what: 'all' })).json.stops).toEqual([first]);
    for (const bad of [{ what: 'agent' }, { what: 'all', id: 'x' }, { what: 'moon', id: 'x' }, {}])
      expect((await stop(t, bad)).status).toBe(400);
  });

  it('is for scope admin', async () => {
    const t = await startTestGateway();
    expect((await stop(t, { what: 'all' }, await t.token('messages'))).status).toBe(403);
    expect(await stopsOf(t)).toEqual([]);
  });

  it('tells who follows the status', async () => {
    const t = await startTestGateway();
    const socket = await t.ws();
    socket.send({ type: 'subscribe', topics: ['status'] });
    await socket.waitFor((frame) => frame.type === 'event');
    await stop(t, { what: 'agent', id: 'main' });
    expect(await socket.waitFor((frame) => frame.type === 'event' && JSON.stringify(frame).includes('"agent"'))).toMatchObject({
      data: { stops: [{ what: 'agent', id: 'main' }] },
    });
  });
});

describe('a brake that is on when the gateway starts again', () => {
  const session = {
    id: 'A'.repeat(22),
    ownerId: 'local',
    name: 's',
    title: 't',
    agentId: 'main',
    channel: 'api',
    createdAt: 1,
    hidden: false,
  };
  const messageId = `msg_${'1'.repeat(22)}`;
  /** A process was killed in the middle of a turn; then everything was stopped, as `openclaw stop` does while no gateway runs. */
  const leftBehind = async (): Promise<TestHome> => {
    const home = createTestHome();
    const { database } = await openWorkerDatabase({ file: home.databaseFile, workerUrl, now: () => 1 });
    const turn = { messageId, sessionId: session.id, ownerId: 'local', agentId: 'main', traceId: 't', via: 'rest', acceptedAt: 1 } as const;
    await database.write([
      { op: 'session.put', session },
      { op: 'turn.insert', turn: { ...turn, options: { timeoutMs: 60_000 }, idempotencyKey: null, bodyHash: null } },
      {
        op: 'events.append',
        sessionId: session.id,
        events: [{ messageId, at: 1, event: { type: 'message', content: 'work', channel: 'api' } }],
      },
      { op: 'turn.checkpoint', messageId, partial: 'half a rep' },
    ]);
    await (await openStops(database, { now: () => 5 })).add({ what: 'all' });
    await database.close();
    return home;
  };
  const message = async (t: TestGateway) => (await t.call('GET', `/api/v1/messages/${messageId}`, { token: t.admin })).json;

  it('leaves what was acknowledged where it is, through one more restart, until it is released', async () => {
    const home = await leftBehind();
    const upstream = await echo();
    for (const _round of [1, 2]) {
      const t = await startTestGateway({ home, upstream });
      expect(t.gateway.activity()).toEqual({ turns: 0, stopped: true });
      expect(await stopsOf(t)).toEqual([{ what: 'all', id: null, since: 5 }]);
      expect((await message(t)).status).toBe('accepted');
      const { items } = (await t.call('GET', `/api/v1/sessions/${session.id}/messages`, { token: t.admin })).json;
      expect(items.map(({ event }: { event: { type: string } }) => event.type)).toEqual(['message']);
      await t.stop();
    }
    expect(upstream.requests.length).toBe(0);
    const t = await startTestGateway({ home, upstream });
    await start(t, { what: 'all' });
    await expect.poll(() => message(t)).toMatchObject({ status: 'completed', finalReply: 're: work' });
    await t.stop();
    expect(await stopsOf(await startTestGateway({ home }))).toEqual([]);
  });

  it('lets its owner cancel what was left, and what is cancelled stays so', async () => {
    const upstream = await echo();
    const t = await startTestGateway({ home: await leftBehind(), upstream });
    const { json } = await t.call('DELETE', `/api/v1/messages/${messageId}`, { token: t.admin });
    expect(json).toMatchObject({ status: 'cancelled', finalReply: 'half a rep' });
    await start(t, { what: 'all' });
    expect((await t.post({ content: 'next', sessionId: session.id })).json.finalReply).toBe('re: next');
    expect(upstream.requests.length).toBe(1);
    expect((await message(t)).status).toBe('cancelled');
  });
});
