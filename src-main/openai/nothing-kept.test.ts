import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { gated, scriptModel } from '../testing/upstream.ts';

/** In everything that was said in this file, both ways. */
const nonce = `nonce${randomUUID().replaceAll('-', '')}`;

const sdk = (t: TestGateway) => new OpenAI({ baseURL: `${t.base}/v1`, apiKey: t.admin });
const conversation: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: `system ${nonce}` },
  { role: 'user', content: `before ${nonce}` },
  { role: 'assistant', content: `reply ${nonce}` },
  { role: 'user', content: `now ${nonce}` },
];

/** Files of the home, log and database with its write-ahead log too, that have the nonce in them. */
const filesWithNonce = (t: TestGateway): string[] =>
  readdirSync(t.home.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(nonce));

const seenByOthers = async (t: TestGateway): Promise<unknown[]> => {
  const sessions = await t.call('GET', '/api/v1/sessions', { token: t.admin });
  const found = await t.call('GET', `/api/v1/search?q=${nonce}`, { token: t.admin });
  return [...sessions.json.sessions, ...found.json.hits];
};

const rowOf = async (t: TestGateway, id: string) =>
  (await t.call('GET', `/api/v1/messages/${id.replace('chatcmpl-', 'msg_')}`, { token: t.admin })).json;

describe('without a session', () => {
  it('nothing of what was said is anywhere, however the turn went; only that there was one', async () => {
    const clock = createManualClock();
    const script = gated([`said ${nonce} `, 'never said']);
    const upstream = await scriptModel((_request, count) => {
      if (count === 2) return { kind: 'tools', calls: [{ id: 'c', name: 'list_dir', arguments: { path: nonce } }] };
      if (count === 4) return { kind: 'cut', chunks: [`cut ${nonce}`] };
      return count === 5 ? script.reply : { kind: 'text', chunks: [`said ${nonce}`] };
    });
    const t = await startTestGateway({ upstream, onDisk: true, clock, config: { logs: { level: 'debug' } } });
    const events = await t.ws();
    events.send({ type: 'subscribe', topics: ['sessions'] });
    const client = sdk(t);
    const ask = { model: 'openclaw', messages: conversation };

    const whole = await client.chat.completions.create(ask);
    expect(whole.choices[0]?.message.content).toBe(`said ${nonce}`);
    // With a tool call on the way.
    const stream = client.chat.completions.stream(ask);
    expect(await stream.finalContent()).toBe(`said ${nonce}`);
    await expect(client.chat.completions.create(ask)).rejects.toBeInstanceOf(OpenAI.APIError);
    // Long enough for the checkpoints, and broken off.
    script.release(1);
    const broken = await client.chat.completions.create({ ...ask, stream: true });
    let id = '';
    for await (const chunk of broken) {
      id = chunk.id;
      if (!chunk.choices[0]?.delta.content) continue;
      clock.advance(1_000);
      expect(await rowOf(t, id)).toMatchObject({ status: 'accepted' });
      clock.advance(1_000);
      break;
    }
    await expect.poll(async () => (await rowOf(t, id)).status).toBe('cancelled');
    expect(await rowOf(t, whole.id)).toMatchObject({
      status: 'completed',
      finalReply: '',
      toolCalls: [],
      usage: { inputTokens: 11, outputTokens: 7 },
    });

    const { requests } = (await t.call('GET', '/api/v1/requests?via=openai', { token: t.admin })).json;
    expect(requests.map(({ status }: { status: string }) => status)).toEqual(['cancelled', 'failed', 'completed', 'completed']);
    expect(new Set(requests.map(({ sessionId }: { sessionId: unknown }) => sessionId))).toEqual(new Set([null]));

    expect(await seenByOthers(t)).toEqual([]);
    events.send({ type: 'ping' });
    await events.waitFor((frame) => frame.type === 'pong');
    expect(events.frames.filter((frame) => frame.type === 'event')).toEqual([]);
    expect(filesWithNonce(t)).toEqual([]);
    await t.stop();
    expect(filesWithNonce(t)).toEqual([]);
  });

  it('nor is what the client sends along and is asked for: tools, calls, results, pictures', async () => {
    const call = { id: `call_${nonce}`, name: 'look', arguments: { at: nonce } };
    const upstream = await scriptModel((_request, count) =>
      count === 1 ? { kind: 'tools', calls: [call] } : { kind: 'text', chunks: [`said ${nonce}`] },
    );
    const t = await startTestGateway({ upstream, onDisk: true, config: { logs: { level: 'debug' } } });
    const picture = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from(nonce)]).toString('base64');
    const image_url = { url: `data:image/png;base64,${picture}` };
    const runner = sdk(t).chat.completions.runTools({
      model: 'openclaw',
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url }] }],
      tools: [{ type: 'function', function: { name: 'look', description: nonce, parameters: {}, function: () => `result ${nonce}` } }],
    });
    expect(await runner.finalContent()).toBe(`said ${nonce}`);
    expect(JSON.stringify(upstream.requests[1]?.body)).toContain(`result ${nonce}`);
    expect(await seenByOthers(t)).toEqual([]);
    await t.stop();
    expect(filesWithNonce(t)).toEqual([]);
  });

  it('the gateway made one for it that nobody can reach', async () => {
    const t = await startTestGateway({ upstream: await scriptModel(() => ({ kind: 'text', chunks: [nonce] })) });
    const { id } = await sdk(t).chat.completions.create({ model: 'openclaw', messages: conversation });
    const { sessionId } = await rowOf(t, id);
    expect((await t.call('GET', `/api/v1/sessions/${sessionId}/messages`, { token: t.admin })).json.error.code).toBe('SESSION_UNKNOWN');
    expect((await t.post({ content: 'hi', sessionId })).json.error.code).toBe('SESSION_UNKNOWN');
  });
});

describe('with a session', () => {
  it('what was said is where it is looked for', async () => {
    const t = await startTestGateway({ onDisk: true, upstream: await scriptModel(() => ({ kind: 'text', chunks: [`said ${nonce}`] })) });
    await sdk(t).chat.completions.create({ model: 'openclaw', messages: conversation, user: 'alice' });
    const [session, ...hits] = await seenByOthers(t);
    expect(session).toMatchObject({ name: 'alice', title: `now ${nonce}`, lastSeq: 2 });
    expect(hits.length).toBe(2);
    await t.stop();
    expect(filesWithNonce(t)).not.toEqual([]);
  });
});
