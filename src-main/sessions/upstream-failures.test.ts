import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sse, sseThenHangUp, startScriptedUpstream } from '../agents/models/scripted-upstream.ts';
import { openEventStream } from '../testing/http-client.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { type Reply, scriptModel, textChunk } from '../testing/upstream.ts';

/** What goes wrong at the provider, and what the client is told. In all cases the message and what was said of the reply are kept. */
const failures: readonly {
  readonly what: string;
  readonly reply: Reply;
  readonly code: string;
  readonly retryable: boolean;
  readonly hint?: RegExp;
}[] = [
  { what: 'refuses the key (401)', reply: { kind: 'error', status: 401 }, code: 'MODEL_AUTH', retryable: false, hint: /key/i },
  {
    what: 'does not know the model (404)',
    reply: { kind: 'error', status: 404 },
    code: 'MODEL_REJECTED',
    retryable: false,
    hint: /model|baseUrl/i,
  },
  { what: 'rejects the request (400)', reply: { kind: 'error', status: 400 }, code: 'MODEL_REJECTED', retryable: false },
  { what: 'sends garbage', reply: { kind: 'garbage', body: 'data: {"this is": not json}\n\n' }, code: 'MODEL_GARBAGE', retryable: false },
  {
    what: 'sends a web page',
    reply: { kind: 'garbage', body: '<html><title>Login</title></html>' },
    code: 'MODEL_GARBAGE',
    retryable: false,
  },
];

describe('a provider that', () => {
  for (const { what, reply, code, retryable, hint } of failures) {
    it(what, async () => {
      const t = await startTestGateway({ upstream: await scriptModel(() => reply) });
      const { status, json } = await t.post({ content: 'hi', sessionId: 's' });
      expect(status).toBe(502);
      expect(json).toMatchObject({
        status: 'failed',
        finalReply: '',
        error: { code, retryable, message: expect.stringMatching(/\w/), traceId: json.traceId },
      });
      if (hint) expect(json.error.hint).toMatch(hint);
      expect(JSON.stringify(json)).not.toMatch(/\bat .*\.(ts|js):\d+/);

      const kept = await t.call('GET', `/api/v1/messages/${json.messageId}`, { token: t.admin });
      expect(kept.json).toMatchObject({ status: 'failed', finalReply: '', error: { code, retryable } });
      const { items } = (await t.call('GET', '/api/v1/sessions/s/messages', { token: t.admin })).json;
      expect(items.map(({ event }: { event: unknown }) => event)).toMatchObject([
        { type: 'message', content: 'hi' },
        { type: 'error', code },
      ]);

      const stream = await openEventStream(t.base, 'POST', '/api/v1/messages', { token: t.admin, json: { content: 'hi' } });
      await stream.ended;
      expect(stream.status).toBe(200);
      expect(stream.events.at(-1)).toMatchObject({ type: 'error', code, retryable });
    });
  }

  it('asks to slow down (429): says for how long', async () => {
    const upstream = await scriptModel(() => ({ kind: 'error', status: 429, headers: { 'Retry-After': '120' } }));
    const t = await startTestGateway({ upstream });
    const { status, json } = await t.post({ content: 'hi' });
    expect(status).toBe(502);
    expect(json.error).toMatchObject({ code: 'MODEL_RATE_LIMITED', retryable: true, retryAfterMs: 120_000 });
    expect(upstream.requests.length).toBe(1);
  });

  it('asks to slow down for a moment (429): is asked again, and nobody notices', async () => {
    const upstream = await scriptModel((_request, count) =>
      count === 1 ? { kind: 'error', status: 429, headers: { 'Retry-After': '0' } } : { kind: 'text', chunks: ['fine'] },
    );
    const t = await startTestGateway({ upstream });
    expect(await t.post({ content: 'hi' })).toMatchObject({ status: 200, json: { finalReply: 'fine' } });
  });

  it('is down: 502, what to look at, and the next message is not hindered', async () => {
    const port = await closedPort();
    const t = await startTestGateway({ upstream: { url: `http://127.0.0.1:${port}/v1` } });
    const { status, json } = await t.post({ content: 'hi' });
    expect(status).toBe(502);
    expect(json.error).toMatchObject({ code: 'MODEL_UNREACHABLE', retryable: true, hint: expect.stringMatching(/\w/) });
    expect(json.error.message).toContain(`127.0.0.1:${port}`);
    const health = (await t.call('GET', '/api/v1/status', { token: t.admin })).json;
    expect(health).toMatchObject({ status: 'ok', queue: { running: 0, waiting: 0 }, models: [{ model: 'local', state: 'failing' }] });
  });

  it('never answers: 504 at the time limit', async () => {
    const clock = createManualClock();
    const upstream = await scriptModel(() => ({ kind: 'never' }));
    const t = await startTestGateway({ clock, upstream });
    const waiting = t.post({ content: 'hi', timeoutMs: 30_000 });
    await upstream.requested(1);
    clock.advance(30_000);
    expect(await waiting).toMatchObject({ status: 504, json: { status: 'timeout', error: { code: 'TURN_TIMEOUT' } } });
  });

  it('is cut off in mid-stream: what was said is told and kept, and the next message goes on from there', async () => {
    const upstream = await startScriptedUpstream();
    onTestFinished(upstream.close);
    upstream.play(sseThenHangUp(textChunk('Once ') + textChunk('upon')), sse(textChunk(' a time'), 'data: [DONE]\n\n'));
    const t = await startTestGateway({ upstream: { url: `${upstream.origin}/v1` } });

    const { status, json } = await t.post({ content: 'tell', sessionId: 's' });
    const failed = { status: 'failed', finalReply: 'Once upon', error: { code: 'MODEL_CUT_OFF', retryable: true } };
    expect({ status, json }).toMatchObject({ status: 502, json: failed });
    expect((await t.call('GET', `/api/v1/messages/${json.messageId}`, { token: t.admin })).json).toMatchObject(failed);
    const { items } = (await t.call('GET', '/api/v1/sessions/s/messages', { token: t.admin })).json;
    expect(items[1].event).toMatchObject({ type: 'error', code: 'MODEL_CUT_OFF', partial: 'Once upon' });

    expect(await t.post({ content: 'go on', sessionId: 's' })).toMatchObject({ status: 200, json: { finalReply: ' a time' } });
    expect(upstream.seen[1]!.body.messages).toMatchObject([
      { role: 'system' },
      { role: 'user', content: 'tell' },
      { role: 'assistant', content: 'Once upon' },
      { role: 'user', content: 'go on' },
    ]);
  });
});

/** A port that refuses connections. */
const closedPort = async (): Promise<number> => {
  const holder = createServer();
  const port = await new Promise<number>((resolve) =>
    holder.listen(0, '127.0.0.1', () => resolve((holder.address() as { port: number }).port)),
  );
  await new Promise((resolve) => holder.close(resolve));
  return port;
};
