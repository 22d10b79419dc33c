import { describe, expect, it } from 'vitest';
import { serverFrameSchema } from '../../src-shared/contract/ws.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { gated, lastUserText, scriptModel } from '../testing/upstream.ts';

const echo = () => scriptModel((request) => ({ kind: 'text', chunks: ['you ', 'said ', lastUserText(request)] }));

describe('a message on /ws', () => {
  it("gets the seed's four types only, each fit for the contract and with a string content", async () => {
    const t = await startTestGateway({ upstream: await echo() });
    const socket = await t.ws({ token: await t.token() });
    // As the seed's Node client sends it.
    socket.send({
      type: 'message',
      content: '帮我写一个Python函数',
      channel: 'api',
      agentId: 'dev-coder',
      metadata: { source: 'nodejs-script' },
    });
    const response = await socket.waitFor((frame) => frame.type === 'response');
    expect(response).toMatchObject({
      content: 'you said 帮我写一个Python函数',
      agentId: 'dev-coder',
      sessionId: expect.stringMatching(/^ses_[\w-]{43}$/),
      timestamp: expect.any(Number),
      final: true,
      seq: 2,
    });
    for (const frame of socket.frames) {
      expect(serverFrameSchema.safeParse(frame).error).toBeUndefined();
      expect(typeof frame.content).toBe('string');
      expect(['status', 'tool_call', 'response', 'error']).toContain(frame.type);
    }
    expect(socket.frames.filter(({ type }) => type === 'response').length).toBe(1);
  });

  it('echoes its id as replyTo in every frame, and in none without one', async () => {
    const t = await startTestGateway({ upstream: await echo() });
    const socket = await t.ws();
    socket.send({ type: 'message', content: 'a', id: 'my-1', stream: true });
    await socket.waitFor((frame) => frame.type === 'response');
    expect(socket.frames.every((frame) => 'replyTo' in frame && frame.replyTo === 'my-1')).toBe(true);
    const before = socket.frames.length;
    socket.send({ type: 'message', content: 'b' });
    await socket.waitFor((frame) => frame.type === 'response' && frame.content.endsWith('b'));
    expect(socket.frames.slice(before).some((frame) => 'replyTo' in frame)).toBe(false);
  });

  it('streams every piece with its offset where asked to, then the whole reply once', async () => {
    const t = await startTestGateway({ upstream: await scriptModel(() => ({ kind: 'text', chunks: ['a', '你好', '👋🏽', 'z'] })) });
    const socket = await t.ws();
    socket.send({ type: 'message', content: 'hi', stream: true });
    const response = await socket.waitFor((frame) => frame.type === 'response');
    const deltas = socket.frames.flatMap((frame) => (frame.type === 'delta' ? [frame] : []));
    let text = '';
    for (const delta of deltas) {
      expect(delta.offset).toBe(text.length);
      expect(delta).not.toHaveProperty('seq');
      text += delta.content;
    }
    expect(text).toBe('a你好👋🏽z');
    expect(response.content).toBe(text);
  });

  it('is one conversation per connection where it names no session, also when two come in one packet', async () => {
    const upstream = await echo();
    const t = await startTestGateway({ upstream });
    const socket = await t.ws();
    for (const content of ['one', 'two', 'three']) socket.send({ type: 'message', content, id: content });
    await socket.waitFor((frame) => frame.type === 'response' && frame.replyTo === 'three');
    const responses = socket.frames.filter(({ type }) => type === 'response');
    expect(new Set(responses.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(responses.map(({ content }) => content)).toEqual(['you said one', 'you said two', 'you said three']);
    expect(upstream.requests.map(({ body }) => body.messages.length)).toEqual([2, 4, 6]);

    const other = await t.ws();
    other.send({ type: 'message', content: 'four' });
    const response = await other.waitFor((frame) => frame.type === 'response');
    expect(response.sessionId).not.toBe(responses[0]!.sessionId);
  });

  it('runs in the order sent within a session, whatever each needs to be looked up', async () => {
    const upstream = await echo();
    const t = await startTestGateway({ upstream, onDisk: true });
    const socket = await t.ws();
    socket.send({ type: 'message', content: '0', sessionId: 's' });
    const { sessionId } = await socket.waitFor((frame) => frame.type === 'response');
    const names = ['s', sessionId];
    for (let n = 1; n <= 20; n += 1)
      socket.send({
        type: 'message',
        content: String(n),
        id: String(n),
        sessionId: names[n % 2],
        ...(n % 3 === 0 ? { idempotencyKey: `k${n}` } : {}),
      });
    await socket.waitFor((frame) => frame.type === 'response' && frame.replyTo === '20');
    expect(upstream.requests.map(({ body }) => Number(lastUserText(body)))).toEqual(Array.from({ length: 21 }, (_, n) => n));
    const seqs = socket.frames.flatMap((frame) => ('seq' in frame && frame.seq !== undefined ? [frame.seq] : []));
    expect(seqs.length).toBe(21);
    expect([...seqs].sort((a, b) => a - b)).toEqual(seqs);
  });

  it('runs side by side with other sessions: a slow one holds nobody up', async () => {
    const slow = gated(['slow']);
    const upstream = await scriptModel((request) => (lastUserText(request) === 'slow' ? slow.reply : { kind: 'text', chunks: ['fast'] }));
    const t = await startTestGateway({ upstream });
    const socket = await t.ws();
    socket.send({ type: 'message', content: 'slow', sessionId: 'a' });
    await upstream.requested(1);
    socket.send({ type: 'message', content: 'after slow', sessionId: 'a', id: 'after' });
    socket.send({ type: 'message', content: 'fast', sessionId: 'b' });
    await socket.waitFor((frame) => frame.type === 'response');
    expect(socket.frames.filter(({ type }) => type === 'response').map(({ content }) => content)).toEqual(['fast']);
    expect(await socket.waitFor((frame) => frame.type === 'status' && frame.replyTo === 'after')).toMatchObject({ state: 'queued' });
    slow.release();
    await socket.waitFor((frame) => frame.type === 'response' && frame.replyTo === 'after');
    expect(socket.frames.filter(({ type }) => type === 'response').map(({ content }) => content)).toEqual(['fast', 'slow', 'fast']);
  });

  for (const how of ['messageId', 'sessionId', 'nothing'] as const) {
    it(`is cancelled by a cancel that names ${how}`, async () => {
      const script = gated(['Hello ', 'world']);
      const t = await startTestGateway({ upstream: await scriptModel(() => script.reply) });
      const socket = await t.ws();
      socket.send({ type: 'message', content: 'hi', stream: true });
      script.release(1);
      const delta = await socket.waitFor((frame) => frame.type === 'delta');
      socket.send({ type: 'cancel', ...(how === 'nothing' ? {} : { [how]: (delta as unknown as Record<string, string>)[how] }) });
      const last = await socket.waitFor((frame) => frame.type === 'status' && frame.state === 'cancelled');
      expect(last).toMatchObject({ partial: 'Hello ', seq: 2 });
      socket.send({ type: 'message', content: 'next', id: 'next' });
      script.release();
      await socket.waitFor((frame) => frame.type === 'response' && frame.replyTo === 'next');
    });
  }

  it('is cancelled by a cancel right behind it', async () => {
    const t = await startTestGateway({ upstream: await scriptModel(() => ({ kind: 'never' })) });
    const socket = await t.ws();
    socket.send({ type: 'message', content: 'hi' });
    socket.send({ type: 'cancel' });
    await socket.waitFor((frame) => frame.type === 'status' && frame.state === 'cancelled');
  });

  it('is not cancelled by others', async () => {
    const script = gated(['done']);
    const t = await startTestGateway({ upstream: await scriptModel(() => script.reply) });
    const [mine, theirs] = [await t.ws({ token: await t.token() }), await t.ws({ token: await t.token() })];
    mine.send({ type: 'message', content: 'hi' });
    const { messageId } = await mine.waitFor<never>((frame) => frame.type === 'status');
    theirs.send({ type: 'cancel', messageId });
    theirs.send({ type: 'ping' });
    await theirs.waitFor((frame) => frame.type === 'pong');
    script.release();
    await mine.waitFor((frame) => frame.type === 'response');
  });

  it('goes on after its client has hung up', async () => {
    const script = gated(['done']);
    const upstream = await scriptModel(() => script.reply);
    const t = await startTestGateway({ upstream });
    const socket = await t.ws();
    socket.send({ type: 'message', content: 'hi', sessionId: 's' });
    await upstream.requested(1);
    socket.socket.terminate();
    await socket.closed;
    script.release();
    const again = await t.ws();
    again.send({ type: 'resume', sessionId: 's', afterSeq: 0 });
    expect(await again.waitFor((frame) => frame.type === 'response')).toMatchObject({ content: 'done', seq: 2 });
  });

  it('needs the scope messages; without it the connection stays open for what it may do', async () => {
    const t = await startTestGateway();
    const socket = await t.ws({ token: await t.token('agents') });
    for (const frame of [{ type: 'message', content: 'hi', id: 'x' }, { type: 'resume', sessionId: 's', afterSeq: 0 }, { type: 'cancel' }])
      socket.send(frame);
    socket.send({ type: 'ping' });
    expect(await socket.waitFor((frame) => frame.type === 'pong')).toMatchObject({ content: 'pong' });
    const errors = socket.frames.filter((frame) => frame.type === 'error');
    expect(errors).toMatchObject([
      { code: 'SCOPE_MISSING', replyTo: 'x', details: { scope: 'messages' } },
      { code: 'SCOPE_MISSING' },
      { code: 'SCOPE_MISSING' },
    ]);
  });

  it('to an unknown agent gets an error with near names and its id', async () => {
    const t = await startTestGateway();
    const socket = await t.ws();
    socket.send({ type: 'message', content: 'hi', agentId: 'mian', id: 'x' });
    expect(await socket.waitFor((frame) => frame.type === 'error')).toMatchObject({
      code: 'AGENT_UNKNOWN',
      replyTo: 'x',
      hint: expect.stringContaining('main'),
    });
  });
});
