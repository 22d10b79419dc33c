import { once } from 'node:events';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { callSlowly } from '../testing/http-client.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';

const mebibyte = 1024 * 1024;
/** Bodies may take 32 MiB together. */
const config = { gateway: { limits: { bodiesMb: 32 } } };
const question = '{"model":"openclaw","messages":[{"role":"user","content":"/help"}]';
/** A request for a chat completion of that size, all of it blanks. */
const chat = (bytes: number): Buffer =>
  Buffer.concat([Buffer.from(question), Buffer.alloc(bytes - question.length - 1, ' '), Buffer.from('}')]);
const ask = (t: TestGateway, bytes: number) => t.call('POST', '/v1/chat/completions', { token: t.admin, body: chat(bytes) });

const held = async (t: TestGateway): Promise<number> => {
  const { text } = await t.call('GET', '/metrics', { token: t.admin });
  return Number(/^openclaw_request_body_bytes (\d+)$/m.exec(text)?.[1]);
};
const heldIs = (t: TestGateway, bytes: number) => expect.poll(() => held(t)).toBe(bytes);

/** A client that has sent so much of its body and does not go on. */
const sending = async (t: TestGateway, bytes: number) => {
  const before = await held(t);
  const slow = callSlowly(t.base, 'POST', '/v1/chat/completions', { token: t.admin });
  await slow.write(chat(bytes).subarray(0, -1));
  // 64 KiB of each count for nothing.
  await heldIs(t, before + bytes - 1 - 64 * 1024);
  return slow;
};

/** To the last byte but two. */
const fill = async (t: TestGateway): Promise<void> => {
  for (let taken = 0; taken < 2; taken += 1) await sending(t, 16 * mebibyte + 64 * 1024);
};

describe('the bodies of all requests together', () => {
  it('take no more memory than they may: the next is asked to come again', async () => {
    const t = await startTestGateway({ config });
    const first = await sending(t, 20 * mebibyte);
    expect(await ask(t, 20 * mebibyte)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'x-should-retry': 'true' },
      json: { error: { gatewayCode: 'BODIES_FULL', retryable: true, retryAfterMs: 1_000, hint: expect.stringContaining('again') } },
    });
    // What was refused holds nothing.
    expect(await held(t)).toBeLessThan(20 * mebibyte);

    await first.write('}');
    first.end();
    expect(await first.answer).toMatchObject({ status: 200, json: { object: 'chat.completion' } });
    await heldIs(t, 0);
    expect((await ask(t, 20 * mebibyte)).status).toBe(200);
    await heldIs(t, 0);
  });

  it('are taken to their end where they are refused: a client that reads only then hears of it', async () => {
    const t = await startTestGateway({ config });
    await fill(t);
    const body = chat(20 * mebibyte);
    const head = [
      'POST /v1/chat/completions HTTP/1.1',
      `Host: 127.0.0.1:${t.port}`,
      `Authorization: Bearer ${t.admin}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ];
    const socket = connect(t.port, '127.0.0.1').pause();
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    await new Promise<void>((resolve, reject) => socket.write(body, (error) => (error ? reject(error) : resolve())));
    const [answer] = await once(socket.resume(), 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 503 /);
    socket.destroy();
  });

  it('are counted at every door that keeps them: messages, MCP, and the line of a batch that has not ended', async () => {
    const t = await startTestGateway({ config });
    await fill(t);
    const body = ` ${' '.repeat(900 * 1024)}`;
    for (const [path, type] of [
      ['/api/v1/messages', 'application/json'],
      ['/mcp', 'application/json'],
      ['/api/v1/batches', 'application/jsonl'],
    ] as const) {
      const answer = await t.call('POST', path, { token: t.admin, body, headers: { 'Content-Type': type } });
      expect(answer, path).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, json: { error: { code: 'BODIES_FULL' } } });
    }
    expect((await t.call('GET', '/api/v1/batches', { token: t.admin })).json.batches).toEqual([]);
  });

  it('leave room for what is short, and so for the brake', async () => {
    const t = await startTestGateway({ config });
    await fill(t);
    for (const path of ['stop', 'start'])
      expect((await t.call('POST', `/api/v1/${path}`, { token: t.admin, json: { what: 'agent', id: 'main' } })).status).toBe(200);
    expect((await t.post({ content: '/help', metadata: { note: 'x'.repeat(60_000) } })).status).toBe(200);
    expect((await t.post({ content: '/help', metadata: { note: 'x'.repeat(70_000) } })).status).toBe(503);
  });

  it('are given back by whoever hangs up, in the middle of a body or of its answer', async () => {
    const upstream = await scriptModel(() => ({ kind: 'never' }));
    const t = await startTestGateway({ config, upstream });
    (await sending(t, 20 * mebibyte)).hangUp();
    await heldIs(t, 0);
    // As long as it is answered it is there.
    const asked = callSlowly(t.base, 'POST', '/v1/chat/completions', { token: t.admin });
    await asked.write(
      chat(20 * mebibyte)
        .toString()
        .replace('/help', 'hello'),
    );
    asked.end();
    await upstream.requested(1);
    expect((await ask(t, 20 * mebibyte)).status).toBe(503);
    asked.hangUp();
    await heldIs(t, 0);
  });

  it('are given back where they are refused or make no sense', async () => {
    const t = await startTestGateway({ config });
    expect((await ask(t, 25 * mebibyte)).status).toBe(413);
    const bad = { token: t.admin, body: Buffer.alloc(20 * mebibyte, 'x') };
    expect((await t.call('POST', '/v1/chat/completions', bad)).status).toBe(400);
    await heldIs(t, 0);
  });

  it('make the OpenAI SDK wait and ask again, of its own', async () => {
    const t = await startTestGateway({ config });
    const first = await sending(t, 20 * mebibyte);
    const statuses: number[] = [];
    const client = new OpenAI({
      baseURL: `${t.base}/v1`,
      apiKey: t.admin,
      fetch: async (...request) => {
        const response = await fetch(...request);
        statuses.push(response.status);
        if (statuses.length === 1) {
          first.hangUp();
          await heldIs(t, 0);
        }
        return response;
      },
    });
    const long = { type: 'text' as const, text: `/help${' '.repeat(700 * 1024)}` };
    const answer = await client.chat.completions.create({
      model: 'openclaw',
      messages: [...Array.from({ length: 18 }, () => ({ role: 'user' as const, content: [long] })), { role: 'user', content: '/help' }],
    });
    expect(answer.choices[0]?.message.content).toContain('/help');
    expect(statuses).toEqual([503, 200]);
  });
});
