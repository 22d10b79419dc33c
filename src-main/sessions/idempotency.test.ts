import { describe, expect, it } from 'vitest';
import { openEventStream } from '../testing/http-client.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createTestHome, startTestGateway } from '../testing/test-gateway.ts';
import { gated, lastUserText, scriptModel } from '../testing/upstream.ts';

const answering = () => scriptModel((request, count) => ({ kind: 'text', chunks: [`answer ${count} to ${lastUserText(request)}`] }));
const keyed = (key: string) => ({ headers: { 'Idempotency-Key': key } });

describe('Idempotency-Key', () => {
  it('gives the first answer again, and asks the model once', async () => {
    const upstream = await answering();
    const t = await startTestGateway({ upstream });
    const first = await t.post({ content: 'hi' }, keyed('k1'));
    const again = await t.post({ content: 'hi' }, keyed('k1'));
    expect(again.status).toBe(200);
    expect(again.json).toEqual(first.json);
    expect((await t.post({ content: 'hi' }, keyed('k2'))).json.messageId).not.toBe(first.json.messageId);
    expect(upstream.requests.length).toBe(2);
  });

  it('gives a failure again too', async () => {
    const upstream = await scriptModel(() => ({ kind: 'error', status: 429, headers: { 'Retry-After': '120' } }));
    const t = await startTestGateway({ upstream });
    const first = await t.post({ content: 'hi' }, keyed('k'));
    const again = await t.post({ content: 'hi' }, keyed('k'));
    expect(first.status).toBe(502);
    expect(again.status).toBe(502);
    expect(again.json).toEqual({ ...first.json, durationMs: expect.any(Number) });
    expect(upstream.requests.length).toBe(1);
  });

  it('many at once are one turn, and all get its answer', async () => {
    const script = gated(['one answer']);
    const upstream = await scriptModel(() => script.reply);
    const t = await startTestGateway({ upstream });
    const all = Array.from({ length: 10 }, () => t.post({ content: 'hi' }, keyed('k')));
    await upstream.requested(1);
    // While it runs: one that waits, one that does not, one that streams.
    all.push(t.post({ content: 'hi' }, keyed('k')));
    script.release();
    const answers = await Promise.all(all);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]!.json.finalReply).toBe('one answer');
    expect(upstream.requests.length).toBe(1);
  });

  it('joins a running turn that streams', async () => {
    const script = gated(['one ', 'answer']);
    const upstream = await scriptModel(() => script.reply);
    const t = await startTestGateway({ upstream });
    const options = { token: t.admin, json: { content: 'hi', stream: true }, ...keyed('k') };
    const first = await openEventStream(t.base, 'POST', '/api/v1/messages', options);
    script.release(1);
    await first.waitFor((event) => event.type === 'delta');
    const second = await openEventStream(t.base, 'POST', '/api/v1/messages', options);
    script.release();
    await Promise.all([first.ended, second.ended]);
    for (const { events } of [first, second]) {
      expect(events.flatMap((event) => (event.type === 'delta' ? [event.content] : [])).join('')).toBe('one answer');
      expect(events.at(-1)).toMatchObject({ type: 'response', content: 'one answer', seq: 2 });
    }
    expect(upstream.requests.length).toBe(1);
  });

  it('streams to who asks for a stream, also when all is over', async () => {
    const upstream = await answering();
    const t = await startTestGateway({ upstream });
    const options = { token: t.admin, json: { content: 'hi', stream: true }, ...keyed('k') };
    const first = await openEventStream(t.base, 'POST', '/api/v1/messages', options);
    await first.ended;
    const again = await openEventStream(t.base, 'POST', '/api/v1/messages', options);
    await again.ended;
    expect(again.headers['content-type']).toContain('text/event-stream');
    expect(again.events).toEqual([first.events.at(-1)]);
    expect(upstream.requests.length).toBe(1);
  });

  it('with another body is 409, while it runs and after', async () => {
    const script = gated(['done']);
    const upstream = await scriptModel(() => script.reply);
    const t = await startTestGateway({ upstream });
    const first = t.post({ content: 'hi' }, keyed('k'));
    await upstream.requested(1);
    const during = await t.post({ content: 'something else' }, keyed('k'));
    script.release();
    await first;
    const after = await t.post({ content: 'hi', sessionId: 's' }, keyed('k'));
    for (const { status, json } of [during, after]) {
      expect(status).toBe(409);
      expect(json.error).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', hint: expect.any(String) });
    }
    expect(upstream.requests.length).toBe(1);
  });

  it('is of one token: the same key from another is another message', async () => {
    const upstream = await answering();
    const t = await startTestGateway({ upstream });
    const first = await t.post({ content: 'hi' }, keyed('k'));
    const other = await t.post({ content: 'hi' }, { ...keyed('k'), token: await t.token() });
    expect(other.json.messageId).not.toBe(first.json.messageId);
    expect(upstream.requests.length).toBe(2);
  });

  it('holds over a restart', async () => {
    const home = createTestHome();
    const upstream = await answering();
    const one = await startTestGateway({ home, upstream });
    const token = await one.token();
    const first = await one.post({ content: 'hi' }, { ...keyed('k'), token });
    await one.stop();
    const two = await startTestGateway({ home, upstream });
    expect((await two.post({ content: 'hi' }, { ...keyed('k'), token })).json).toEqual(first.json);
    expect((await two.post({ content: 'ho' }, { ...keyed('k'), token })).status).toBe(409);
    expect(upstream.requests.length).toBe(1);
  });

  it('stands for 24 h, and then a new message may have it', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock, upstream: await answering() });
    const token = (await t.mint({ expiresIn: '30d' })).secret;
    const first = await t.post({ content: 'hi' }, { ...keyed('k'), token });
    clock.advance(24 * 3_600_000 - 1);
    expect((await t.post({ content: 'hi' }, { ...keyed('k'), token })).json.messageId).toBe(first.json.messageId);
    clock.advance(2);
    const later = await t.post({ content: 'another' }, { ...keyed('k'), token });
    expect(later).toMatchObject({ status: 200, json: { finalReply: 'answer 2 to another' } });
  });

  it('a key that is none is 400', async () => {
    const t = await startTestGateway();
    for (const key of ['', 'x'.repeat(256), 'with space']) {
      const { status, json } = await t.post({ content: 'hi' }, keyed(key));
      expect({ key, status, code: json.error?.code }).toEqual({ key, status: 400, code: 'BAD_REQUEST' });
    }
  });

  it('works on the WebSocket: the same answer, under the id of the second message', async () => {
    const upstream = await answering();
    const t = await startTestGateway({ upstream });
    const socket = await t.ws();
    socket.send({ type: 'message', content: 'hi', id: 'first', idempotencyKey: 'k', sessionId: 's' });
    const first = await socket.waitFor((frame) => frame.type === 'response');
    socket.send({ type: 'message', content: 'hi', id: 'second', idempotencyKey: 'k', sessionId: 's' });
    const again = await socket.waitFor((frame) => frame.type === 'response' && frame.replyTo === 'second');
    expect(again).toEqual({ ...first, replyTo: 'second' });
    socket.send({ type: 'message', content: 'ho', id: 'third', idempotencyKey: 'k', sessionId: 's' });
    expect(await socket.waitFor((frame) => frame.type === 'error')).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', replyTo: 'third' });
    expect(upstream.requests.length).toBe(1);
  });
});
