import { describe, expect, it } from 'vitest';
import type { LogBatch } from '../../src-shared/contract/rest.ts';
import type { RequestRow } from '../../src-shared/contract/routes/operations.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { gated, scriptModel } from '../testing/upstream.ts';

const dataOf = (frame: unknown) => (frame as { data: never }).data;

describe('subscribe', () => {
  it('needs the scope of each topic', async () => {
    const t = await startTestGateway();
    const socket = await t.ws({ token: await t.token('messages') });
    for (const topics of [['logs'], ['sessions']]) socket.send({ type: 'subscribe', topics });
    socket.send({ type: 'subscribe', topics: ['status'] });
    expect(await socket.waitFor((frame) => frame.type === 'event')).toMatchObject({
      topic: 'status',
      data: { queue: { running: 0, waiting: 0 } },
    });
    expect(socket.frames.filter((frame) => frame.type === 'error')).toMatchObject([
      { code: 'SCOPE_MISSING', details: { scope: 'logs' } },
      { code: 'SCOPE_MISSING', details: { scope: 'sessions' } },
    ]);
  });

  it('sessions tells of own sessions as they begin and end, and of no others', async () => {
    const script = gated(['done']);
    const t = await startTestGateway({ upstream: await scriptModel(() => script.reply) });
    const [mine, theirs] = [await t.token('messages', 'sessions'), await t.token('messages', 'sessions')];
    const [own, other, admin] = [await t.ws({ token: mine }), await t.ws({ token: theirs }), await t.ws()];
    for (const socket of [own, other, admin]) {
      socket.send({ type: 'subscribe', topics: ['sessions'] });
      socket.send({ type: 'ping' });
      await socket.waitFor((frame) => frame.type === 'pong');
    }
    const { messageId } = (await t.post({ content: 'hi', sessionId: 's', wait: false }, { token: mine })).json;
    script.release();
    for (const socket of [own, admin]) {
      const begun = await socket.waitFor((frame) => frame.type === 'event' && (dataOf(frame) as { ended: boolean }).ended === false);
      expect(begun).toMatchObject({ topic: 'sessions', content: 'sessions', data: { messageId, session: { name: 's', running: true } } });
      await socket.waitFor((frame) => frame.type === 'event' && (dataOf(frame) as { ended: boolean }).ended === true);
    }
    expect(JSON.stringify(admin.frames)).not.toContain('ses_');
    other.send({ type: 'ping' });
    await expect.poll(() => other.frames.filter(({ type }) => type === 'pong').length).toBe(2);
    expect(other.frames.some(({ type }) => type === 'event')).toBe(false);
  });

  it('requests tells of own turns by every door as they begin and end, also of those that leave no history', async () => {
    const script = gated(['done']);
    const t = await startTestGateway({ upstream: await scriptModel(() => script.reply) });
    const mine = await t.mint({ scopes: ['messages', 'requests'] });
    const [own, other] = [await t.ws({ token: mine.secret }), await t.ws({ token: await t.token('messages', 'requests') })];
    for (const socket of [own, other]) {
      socket.send({ type: 'subscribe', topics: ['requests'] });
      socket.send({ type: 'ping' });
      await socket.waitFor((frame) => frame.type === 'pong');
    }
    const told = (id: string, status: string) =>
      own.waitFor((frame) => {
        const { request } = (frame.type === 'event' ? frame.data : {}) as { request?: RequestRow };
        return request?.id === id && request.status === status;
      });
    const { messageId, traceId } = (await t.post({ content: 'hi', wait: false }, { token: mine.secret })).json;
    expect(await told(messageId, 'accepted')).toMatchObject({ topic: 'requests', data: { request: { via: 'rest', durationMs: null } } });
    script.release();
    expect(await told(messageId, 'completed')).toMatchObject({
      data: { request: { traceId, tokenId: mine.id, usage: { inputTokens: 11, outputTokens: 7 } } },
    });
    const json = { model: 'openclaw', messages: [{ role: 'user', content: 'x' }] };
    await t.call('POST', '/v1/chat/completions', { token: mine.secret, json });
    const hidden = await own.waitFor(
      (frame) => frame.type === 'event' && (dataOf(frame) as { request: RequestRow }).request.via === 'openai',
    );
    expect(hidden).toMatchObject({ data: { request: { sessionId: null } } });
    other.send({ type: 'ping' });
    await expect.poll(() => other.frames.filter(({ type }) => type === 'pong').length).toBe(2);
    expect(other.frames.some(({ type }) => type === 'event')).toBe(false);
  });

  it('logs follows at the asked level, until unsubscribed', async () => {
    const t = await startTestGateway();
    const socket = await t.ws();
    socket.send({ type: 'subscribe', topics: ['logs'], level: 'debug' });
    socket.send({ type: 'ping' });
    await socket.waitFor((frame) => frame.type === 'pong');
    const { headers } = await t.call('GET', '/api/v1/agents', { token: t.admin });
    const batch = await socket.waitFor((frame) => frame.type === 'event' && (dataOf(frame) as LogBatch).lines.length > 0);
    expect((dataOf(batch) as LogBatch).lines[0]).toMatchObject({
      level: 'debug',
      source: 'http',
      traceId: headers['x-trace-id'],
      message: 'GET /api/v1/agents',
    });

    socket.send({ type: 'unsubscribe', topics: ['logs'] });
    socket.send({ type: 'ping' });
    await expect.poll(() => socket.frames.filter(({ type }) => type === 'pong').length).toBe(2);
    const before = socket.frames.length;
    await t.call('GET', '/api/v1/agents', { token: t.admin });
    socket.send({ type: 'ping' });
    await expect.poll(() => socket.frames.filter(({ type }) => type === 'pong').length).toBe(3);
    expect(socket.frames.length).toBe(before + 1);
    // And what nobody follows is not recorded any more.
    const { lines } = (await t.call('GET', '/api/v1/logs?level=debug', { token: t.admin })).json;
    expect(lines.filter(({ message }: { message: string }) => message === 'GET /api/v1/agents').length).toBe(1);
  });
});
