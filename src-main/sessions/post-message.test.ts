import { describe, expect, it, onTestFinished } from 'vitest';
import { startScriptedUpstream } from '../agents/models/scripted-upstream.ts';
import { callAndHangUp, openEventStream } from '../testing/http-client.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { gated, lastUserText, scriptModel, textChunk } from '../testing/upstream.ts';

const echo = () => scriptModel((request) => ({ kind: 'text', chunks: ['you said ', lastUserText(request)] }));

describe('POST /api/v1/messages', () => {
  it('waits for the end and gives the documented answer', async () => {
    const t = await startTestGateway({ upstream: await echo() });
    const { status, json, headers } = await t.post({ content: '你好', sessionId: 'cron-job-20260306', metadata: { a: 1 } });
    expect(status).toBe(200);
    expect(json).toEqual({
      status: 'completed',
      finalReply: 'you said 你好',
      toolCalls: [],
      durationMs: expect.any(Number),
      messageId: expect.stringMatching(/^msg_[\w-]{22}$/),
      sessionId: expect.stringMatching(/^ses_[\w-]{43}$/),
      agentId: 'main',
      usage: { inputTokens: 11, outputTokens: 7, costUsd: 0 },
      traceId: headers['x-trace-id'],
    });
  });

  it('keeps a session under the name its client gave it, and under the Session ID', async () => {
    const upstream = await echo();
    const t = await startTestGateway({ upstream });
    const first = await t.post({ content: 'one', sessionId: 'my.session' });
    const second = await t.post({ content: 'two', sessionId: 'my.session' });
    const third = await t.post({ content: 'three', sessionId: first.json.sessionId });
    expect([second.json.sessionId, third.json.sessionId]).toEqual([first.json.sessionId, first.json.sessionId]);
    expect(
      upstream.requests
        .at(-1)!
        .body.messages.map(({ content }) => content)
        .slice(1),
    ).toEqual(['one', 'you said one', 'two', 'you said two', 'three']);
  });

  it('lets one token not reach the session of another, by no name it has', async () => {
    const upstream = await echo();
    const t = await startTestGateway({ upstream });
    const [mine, theirs] = [await t.token('messages', 'sessions'), await t.token('messages', 'sessions')];
    const first = await t.post({ content: 'secret', sessionId: 'shared-name' }, { token: mine });
    const other = await t.post({ content: 'other', sessionId: 'shared-name' }, { token: theirs });
    expect(other.json.sessionId).not.toBe(first.json.sessionId);
    expect(JSON.stringify(upstream.requests.at(-1)!.body)).not.toContain('secret');

    expect((await t.post({ content: 'x', sessionId: first.json.sessionId }, { token: theirs })).json.error.code).toBe('SESSION_UNKNOWN');
    for (const [method, path] of [
      ['GET', `/api/v1/messages/${first.json.messageId}`],
      ['DELETE', `/api/v1/messages/${first.json.messageId}`],
      ['GET', `/api/v1/sessions/${first.json.sessionId}/messages`],
    ] as const)
      expect((await t.call(method, path, { token: theirs })).status).toBe(404);
    expect((await t.call('GET', `/api/v1/messages/${first.json.messageId}`, { token: mine })).status).toBe(200);
    expect((await t.call('GET', `/api/v1/messages/${first.json.messageId}`, { token: t.admin })).status).toBe(200);
  });

  it('wait:false answers 202 at once; GET shows it running, with what was said so far, and then its end', async () => {
    const script = gated(['Hello ', 'world']);
    const t = await startTestGateway({ upstream: await scriptModel(() => script.reply) });
    const accepted = await t.post({ content: 'hi', wait: false });
    expect(accepted.status).toBe(202);
    expect(accepted.json).toMatchObject({ status: 'accepted', finalReply: '' });
    const path = `/api/v1/messages/${accepted.json.messageId}`;

    const socket = await t.ws();
    socket.send({ type: 'resume', sessionId: accepted.json.sessionId, afterSeq: 0 });
    script.release(1);
    await socket.waitFor((frame) => frame.type === 'delta');
    expect((await t.call('GET', path, { token: t.admin })).json).toMatchObject({ status: 'accepted', finalReply: 'Hello ' });

    script.release();
    await socket.waitFor((frame) => frame.type === 'response');
    const { status, json } = await t.call('GET', path, { token: t.admin });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      status: 'completed',
      finalReply: 'Hello world',
      sessionId: accepted.json.sessionId,
      traceId: accepted.json.traceId,
    });
  });

  for (const [how, body, headers] of [
    ['stream:true', { stream: true }, { Accept: '*/*' }],
    ['Accept: text/event-stream', {}, { Accept: 'text/event-stream' }],
  ] as const) {
    it(`${how} streams the frames of the WebSocket`, async () => {
      const t = await startTestGateway({ upstream: await scriptModel(() => ({ kind: 'text', chunks: ['a', '你好', '👋🏽', 'z'] })) });
      const stream = await openEventStream(t.base, 'POST', '/api/v1/messages', {
        token: t.admin,
        json: { content: 'hi', ...body },
        headers,
      });
      expect(stream.headers['content-type']).toContain('text/event-stream');
      await stream.ended;

      const types = stream.events.map(({ type }) => type);
      expect(types.slice(0, -1).every((type) => type === 'status' || type === 'delta')).toBe(true);
      expect(types.filter((type) => type === 'response')).toEqual(['response']);
      let text = '';
      for (const event of stream.events) {
        expect(typeof event.content).toBe('string');
        if (event.type !== 'delta') continue;
        expect(event.offset).toBe(text.length);
        text += event.content;
      }
      expect(text).toBe('a你好👋🏽z');
      expect(stream.events.at(-1)).toMatchObject({ type: 'response', content: text, final: true, seq: 2, usage: { inputTokens: 11 } });
    });
  }

  it('DELETE cancels: the answer says so, and the connection to the model closes', async () => {
    const upstream = await startScriptedUpstream();
    onTestFinished(upstream.close);
    const hungUp = new Promise<void>((resolve) =>
      upstream.play((response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(textChunk('Hello '));
        response.once('close', resolve);
      }),
    );
    const t = await startTestGateway({ upstream: { url: `${upstream.origin}/v1` } });
    const stream = await openEventStream(t.base, 'POST', '/api/v1/messages', { token: t.admin, json: { content: 'hi' } });
    const { messageId } = await stream.waitFor((event) => event.type === 'delta');

    const { status, json } = await t.call('DELETE', `/api/v1/messages/${messageId}`, { token: t.admin });
    expect({ status, json }).toMatchObject({ status: 200, json: { status: 'cancelled', finalReply: 'Hello ' } });
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ type: 'status', state: 'cancelled', partial: 'Hello ' });
    await hungUp;
    const later = await t.call('DELETE', `/api/v1/messages/${messageId}`, { token: t.admin });
    expect(later).toMatchObject({ status: 200, json: { status: 'cancelled', finalReply: 'Hello ' } });
  });

  it('DELETE ends a message that waits for its turn, and the one after it still runs', async () => {
    const script = gated(['done']);
    const upstream = await scriptModel(() => script.reply);
    const t = await startTestGateway({ upstream });
    const posts = [];
    for (const content of ['first', 'second', 'third']) posts.push((await t.post({ content, sessionId: 's', wait: false })).json.messageId);
    await upstream.requested(1);
    expect((await t.call('DELETE', `/api/v1/messages/${posts[1]}`, { token: t.admin })).json.status).toBe('cancelled');
    const third = openEventStream(t.base, 'POST', '/api/v1/messages', { token: t.admin, json: { content: 'fourth', sessionId: 's' } });
    script.release();
    await (await third).ended;
    expect(upstream.requests.map(({ body }) => lastUserText(body))).toEqual(['first', 'third', 'fourth']);
  });

  it('a client that hangs up does not cancel its turn', async () => {
    const script = gated(['Hello ', 'world']);
    const upstream = await scriptModel(() => script.reply);
    const t = await startTestGateway({ upstream });
    const waiting = callAndHangUp(t.base, 'POST', '/api/v1/messages', { token: t.admin, json: { content: 'waits', sessionId: 'a' } });
    const streaming = await openEventStream(t.base, 'POST', '/api/v1/messages', {
      token: t.admin,
      json: { content: 'streams', sessionId: 'b' },
    });
    await upstream.requested(2);
    waiting.hangUp();
    streaming.hangUp();
    await streaming.ended;
    script.release();
    // Each lane takes the next message only after the first has ended.
    for (const sessionId of ['a', 'b']) {
      await t.post({ content: 'next', sessionId });
      const { json } = await t.call('GET', `/api/v1/sessions/${sessionId}/messages`, { token: t.admin });
      expect(json.items.map((item: { event: { type: string } }) => item.event.type)).toEqual([
        'message',
        'response',
        'message',
        'response',
      ]);
      expect(json.items[1].event.content).toBe('Hello world');
    }
  });

  it('timeoutMs ends the turn with 504 and keeps what was said', async () => {
    const clock = createManualClock();
    const script = gated(['Hello ', 'world']);
    const t = await startTestGateway({ clock, upstream: await scriptModel(() => script.reply) });
    const stream = await openEventStream(t.base, 'POST', '/api/v1/messages', { token: t.admin, json: { content: 'hi', timeoutMs: 5_000 } });
    script.release(1);
    const { messageId } = await stream.waitFor((event) => event.type === 'delta');
    const waiting = t.post({ content: 'hi', timeoutMs: 5_000 });
    await expect.poll(async () => (await t.call('GET', '/api/v1/status', { token: t.admin })).json.queue.running).toBe(2);
    clock.advance(4_999);
    expect((await t.call('GET', '/api/v1/status', { token: t.admin })).json.queue.running).toBe(2);
    clock.advance(1);
    expect(await waiting).toMatchObject({ status: 504, json: { status: 'timeout', error: { code: 'TURN_TIMEOUT', retryable: true } } });
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ type: 'error', code: 'TURN_TIMEOUT', partial: 'Hello ' });
    const { status, json } = await t.call('GET', `/api/v1/messages/${messageId}`, { token: t.admin });
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { status: 'timeout', finalReply: 'Hello ', error: { code: 'TURN_TIMEOUT' } },
    });
  });

  it('a message too many in one session is 503, and nothing is ever heard of it again', async () => {
    const clock = createManualClock();
    const upstream = await scriptModel(() => ({ kind: 'never' }));
    const t = await startTestGateway({ clock, upstream });
    const socket = await t.ws();
    for (let n = 0; n <= 1_000; n += 1) socket.send({ type: 'message', content: String(n), sessionId: 's' });
    await expect
      .poll(async () => (await t.call('GET', '/api/v1/status', { token: t.admin })).json.queue)
      .toEqual({ running: 1, waiting: 1_000 });
    const refused = await t.post({ content: 'too many', sessionId: 's' });
    expect(refused).toMatchObject({ status: 503, json: { error: { code: 'QUEUE_FULL', retryable: true } } });
    expect((await t.post({ content: 'elsewhere', wait: false })).status).toBe(202);
    clock.advance(300_000);
    await expect
      .poll(async () => (await t.call('GET', '/api/v1/status', { token: t.admin })).json.queue)
      .toEqual({ running: 0, waiting: 0 });
    expect((await t.call('GET', '/api/v1/search?q=many', { token: t.admin })).json.hits).toEqual([]);
  });

  it('an unknown agent is 404 and names near ones; nothing is kept of the message', async () => {
    const t = await startTestGateway();
    const { status, json } = await t.post({ content: 'hi', agentId: 'dev-codr', sessionId: 'x' });
    expect(status).toBe(404);
    expect(json.error).toMatchObject({ code: 'AGENT_UNKNOWN', hint: 'Did you mean dev-coder?' });
    expect((await t.call('POST', '/api/v1/agents/mian/invoke', { token: t.admin, json: { input: 'hi' } })).json.error.hint).toContain(
      'main',
    );
    expect((await t.call('GET', '/api/v1/sessions', { token: t.admin })).json.sessions).toEqual([]);
  });
});

describe('POST /api/v1/agents/{agentId}/invoke', () => {
  it('goes straight to that agent, with its own system prompt, model options and tools', async () => {
    const upstream = await echo();
    const t = await startTestGateway({ upstream });
    const { status, json } = await t.call('POST', '/api/v1/agents/dev-coder/invoke', {
      token: await t.token('agents'),
      json: { input: 'hi', system: 'Be brief.', tools: ['list_dir'] },
    });
    expect({ status, json }).toMatchObject({ status: 200, json: { status: 'completed', agentId: 'dev-coder', finalReply: 'you said hi' } });
    const { body } = upstream.requests[0]!;
    expect(body.messages[0]).toEqual({ role: 'system', content: 'Be brief.' });
    expect(JSON.stringify(body.tools)).toContain('list_dir');
    expect(JSON.stringify(body.tools)).not.toContain('file_read');
  });

  it('wants one of content and input, not both and not none', async () => {
    const t = await startTestGateway();
    for (const json of [{}, { content: 'a', input: 'b' }])
      expect((await t.call('POST', '/api/v1/agents/main/invoke', { token: t.admin, json })).json.error.code).toBe('BAD_REQUEST');
  });
});
