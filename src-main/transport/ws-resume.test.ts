import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServerFrame } from '../../src-shared/contract/ws.ts';
import { startCuttingProxy } from '../testing/cutting-proxy.ts';
import { createTestHome, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { gated, type Reply, scriptModel } from '../testing/upstream.ts';
import { openWs, type WsClient } from '../testing/ws-client.ts';

/** A client that keeps what the contract tells it to keep, and asks for what it lacks. */
const createReader = (sessionId: string) => {
  let text = '';
  let afterSeq = 0;
  let messageId: string | undefined;
  const responses: string[] = [];
  const restarts: string[] = [];
  return {
    text: () => text,
    responses,
    restarts,
    take: (frame: ServerFrame): void => {
      if ('messageId' in frame && frame.messageId !== '') messageId = frame.messageId;
      if ('seq' in frame && frame.seq !== undefined) {
        expect(frame.seq).toBeGreaterThan(afterSeq);
        afterSeq = frame.seq;
      }
      if (frame.type === 'status' && frame.state === 'restarted') {
        restarts.push(text);
        text = '';
      }
      if (frame.type === 'delta') {
        // Nothing lost, nothing doubled.
        expect(frame.offset).toBe(text.length);
        text += frame.content;
      }
      if (frame.type === 'response') {
        expect(frame.content.startsWith(text)).toBe(true);
        text = frame.content;
        responses.push(text);
      }
    },
    resume: (): Record<string, unknown> => ({
      type: 'resume',
      sessionId,
      afterSeq,
      ...(messageId === undefined ? {} : { messageId, offset: text.length }),
    }),
  };
};

describe('resume', () => {
  it('gives the text exactly once, wherever the wire was cut', async () => {
    let reply: Reply = { kind: 'text', chunks: [] };
    const t = await startTestGateway({ upstream: await scriptModel(() => reply) });
    const proxy = await startCuttingProxy(t.port);
    let run = 0;

    const piece = fc.oneof(fc.string({ minLength: 1, maxLength: 40 }), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 0, max: 2_500 }), { maxLength: 10 }),
        async (chunks, cuts) => {
          run += 1;
          const sessionId = `run-${run}`;
          const script = gated(chunks);
          reply = script.reply;
          proxy.cutAfter(cuts);
          const reader = createReader(sessionId);
          const message = { type: 'message', content: 'go', sessionId, stream: true, idempotencyKey: sessionId };
          while (reader.responses.length === 0) {
            // The reply goes on a little with every connection and every frame that arrives.
            script.release(1);
            const client = await openWs(`ws://127.0.0.1:${proxy.port}/ws`, {
              token: t.admin,
              headers: { Host: `127.0.0.1:${t.port}` },
            }).catch(() => null);
            if (!client) continue;
            client.socket.on('message', () => script.release(1));
            // Nothing of it has come: perhaps it never arrived.
            client.send(reader.text() === '' && 'messageId' in reader.resume() === false ? message : reader.resume());
            await readToEnd(client, reader.take);
          }
          expect(reader.text()).toBe(chunks.join(''));
          expect(reader.responses.length).toBe(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('replays what is missed and then goes on, also for two turns in the session', async () => {
    const script = gated(['Hello ', 'world']);
    const t = await startTestGateway({
      upstream: await scriptModel((_request, count) => (count === 1 ? { kind: 'text', chunks: ['first'] } : script.reply)),
    });
    await t.post({ content: 'one', sessionId: 's' });
    await t.post({ content: 'two', sessionId: 's', wait: false });
    script.release(1);
    const client = await t.ws();
    client.send({ type: 'resume', sessionId: 's', afterSeq: 0 });
    await client.waitFor((frame) => frame.type === 'delta');
    expect(client.frames.map(({ type, content }) => [type, content])).toEqual([
      ['response', 'first'],
      ['status', expect.any(String)],
      ['delta', 'Hello '],
    ]);
    script.release();
    expect(await client.waitFor((frame) => frame.type === 'response' && frame.content !== 'first')).toMatchObject({
      content: 'Hello world',
      seq: 4,
    });
    expect(client.frames.filter(({ type }) => type === 'response').length).toBe(2);
  });

  it('gives the end of a reply once that comes while the log is being read', async () => {
    const script = gated(['Hello ', 'world']);
    let letRead: () => void = () => undefined;
    let reading: () => void = () => undefined;
    const mayRead = new Promise<void>((resolve) => {
      letRead = resolve;
    });
    const isReading = new Promise<void>((resolve) => {
      reading = resolve;
    });
    const t = await startTestGateway({
      upstream: await scriptModel(() => script.reply),
      wrapDatabase: (database) => ({
        ...database,
        read: async (query) => {
          if (query.op === 'event.list' && !query.newest) {
            reading();
            await mayRead;
          }
          return database.read(query);
        },
      }),
    });
    const { messageId } = (await t.post({ content: 'go', sessionId: 's', wait: false })).json;
    const client = await t.ws();
    client.send({ type: 'resume', sessionId: 's', afterSeq: 0 });
    await isReading;
    script.release();
    await expect.poll(async () => (await t.call('GET', `/api/v1/messages/${messageId}`, { token: t.admin })).json.status).toBe('completed');
    letRead();
    client.send({ type: 'message', content: 'next', sessionId: 's', id: 'next' });
    await client.waitFor((frame) => frame.type === 'response' && frame.replyTo === 'next');
    expect(client.frames.filter((frame) => frame.type === 'response').map((frame) => frame.seq)).toEqual([2, 4]);
  });

  it('after a restart says so first, and gives the new reply from its beginning', async () => {
    const home = createTestHome();
    const before = gated(['The old reply ', 'goes']);
    const one = await startTestGateway({ home, upstream: await scriptModel(() => before.reply) });
    const token = await one.token();
    const reader = createReader('s');
    const client = await one.ws({ token });
    client.send({ type: 'message', content: 'go', sessionId: 's', stream: true });
    before.release(1);
    await client.waitFor((frame) => frame.type === 'delta');
    for (const frame of client.frames) reader.take(frame);
    await one.stop();
    expect((await client.closed).code).toBe(1001);

    const after = gated(['New', ' one']);
    const upstream = await scriptModel(() => after.reply);
    const two = await startTestGateway({ home, upstream });
    await upstream.requested(1);
    after.release(1);
    const again = await two.ws({ token });
    again.send(reader.resume());
    await again.waitFor((frame) => frame.type === 'delta');
    after.release();
    await again.waitFor((frame) => frame.type === 'response');
    for (const frame of again.frames) reader.take(frame);
    expect(reader.restarts).toEqual(['The old reply ']);
    expect(reader.responses).toEqual(['New one']);

    // One that has seen the restart goes on within the new reply.
    const third = await two.ws({ token });
    third.send({ type: 'resume', sessionId: 's', afterSeq: 2 });
    expect(await third.waitFor((frame) => frame.type === 'response')).toMatchObject({ seq: 3 });
  });

  it('an unknown session is an error, and so is that of another token', async () => {
    const t = await startTestGateway();
    await t.post({ content: 'hi', sessionId: 's' });
    const client = await t.ws({ token: await t.token() });
    client.send({ type: 'resume', sessionId: 's', afterSeq: 0 });
    expect(await client.waitFor((frame) => frame.type === 'error')).toMatchObject({ code: 'SESSION_UNKNOWN' });
  });
});

describe('a client that does not read', () => {
  it('is closed with 1013 and can resume; nobody else notices', async () => {
    const pieces = Array.from({ length: 160 }, (_, index) => String(index % 10).repeat(96 * 1024));
    const script = gated(pieces);
    const t = await startTestGateway({
      upstream: await scriptModel((_request, count) => (count === 1 ? script.reply : { kind: 'text', chunks: ['fast'] })),
    });
    const reader = createReader('s');
    const slow = await t.ws();
    slow.send({ type: 'message', content: 'go', sessionId: 's', stream: true });
    script.release(1);
    await slow.waitFor((frame) => frame.type === 'delta');
    slow.socket.pause();
    script.release();
    // The turn ends although its reader sleeps.
    await untilIdle(t);
    expect((await t.post({ content: 'hi' })).json.finalReply).toBe('fast');

    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 1013, reason: 'SLOW_READER' });
    for (const frame of slow.frames) reader.take(frame);
    expect(reader.text().length).toBeLessThan(pieces.join('').length);
    const again = await t.ws();
    again.send(reader.resume());
    reader.take(await again.waitFor((frame) => frame.type === 'response'));
    expect(reader.text()).toBe(pieces.join(''));
  });
});

/** Until the reply is there or the connection is not. */
const readToEnd = async (client: WsClient, take: (frame: ServerFrame) => void): Promise<void> => {
  await Promise.race([client.waitFor((frame) => frame.type === 'response').catch(() => undefined), client.closed]);
  for (const frame of client.frames) take(frame);
  client.socket.terminate();
  await client.closed;
};

const untilIdle = (t: TestGateway) =>
  expect.poll(async () => (await t.call('GET', '/api/v1/status', { token: t.admin })).json.queue.running, { timeout: 15_000 }).toBe(0);
