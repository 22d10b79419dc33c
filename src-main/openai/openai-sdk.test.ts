import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../testing/test-gateway.ts';
import { type ChatRequest, gated, lastUserText, type Reply, scriptModel } from '../testing/upstream.ts';

/** The real SDK, with nothing changed but the base URL and the key. */
const sdk = (t: TestGateway, apiKey = t.admin) => new OpenAI({ baseURL: `${t.base}/v1`, apiKey });

const start = async (script: (request: ChatRequest, count: number) => Reply, options: TestGatewayOptions = {}) => {
  const upstream = await scriptModel(script);
  return { upstream, t: await startTestGateway({ upstream, ...options }) };
};
const echo = (request: ChatRequest): Reply => ({ kind: 'text', chunks: ['you said ', lastUserText(request)] });
const hi = [{ role: 'user' as const, content: 'hi' }];
const heard = (request: { readonly body: ChatRequest } | undefined) => request?.body.messages.slice(1);

/** What a promise is rejected with. */
const rejection = (promise: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
  );

describe('models', () => {
  it('are the agents', async () => {
    const { t } = await start(echo);
    const client = sdk(t);
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toEqual(['openclaw', 'openclaw/main', 'openclaw/dev-coder']);
    expect(await client.models.retrieve('openclaw/dev-coder')).toEqual({
      id: 'openclaw/dev-coder',
      object: 'model',
      created: expect.any(Number),
      owned_by: 'openclaw',
    });
  });

  it('are found with the slash as it stands too', async () => {
    const { t } = await start(echo);
    const { status, json } = await t.call('GET', '/v1/models/openclaw/main', { token: t.admin });
    expect({ status, json }).toMatchObject({ status: 200, json: { id: 'openclaw/main' } });
    for (const path of ['gpt-4o', 'openclaw/', 'openclaw/main/', 'openclaw/..%2fmain', 'main'])
      expect((await t.call('GET', `/v1/models/${path}`, { token: t.admin })).json.error, path).toMatchObject({ code: 'model_not_found' });
  });
});

describe('chat completions', () => {
  it('answer as JSON', async () => {
    const { t } = await start(echo);
    const answer = await sdk(t).chat.completions.create({ model: 'openclaw', messages: hi, temperature: 0.2, max_tokens: 5, stop: ['x'] });
    expect(answer).toEqual({
      id: expect.stringMatching(/^chatcmpl-[\w-]{22}$/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'openclaw',
      choices: [{ index: 0, message: { role: 'assistant', content: 'you said hi', refusal: null }, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    });
    expect(Math.abs(answer.created - Date.now() / 1_000)).toBeLessThan(60);
    expect(answer._request_id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('stream every piece, and with include_usage the figures', async () => {
    const { t } = await start(() => ({ kind: 'text', chunks: ['a', '你好', '👋🏽', 'z'] }));
    const stream = await sdk(t).chat.completions.create({
      model: 'openclaw/main',
      messages: hi,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('a你好👋🏽z');
    expect(chunks.at(-2)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(new Set(chunks.map(({ id, model, object }) => `${id} ${model} ${object}`)).size).toBe(1);
  });

  it('stream a piece as soon as the model has said it', async () => {
    const script = gated(['one ', 'two ', 'three']);
    const { t } = await start(() => script.reply);
    script.release(1);
    const stream = await sdk(t).chat.completions.create({ model: 'openclaw', messages: hi, stream: true });
    const pieces: string[] = [];
    for await (const { choices } of stream) {
      const content = choices[0]?.delta.content;
      if (!content) continue;
      pieces.push(content);
      // The model goes on only now: nothing waits for the end, or for the next piece.
      script.release(1);
    }
    expect(pieces).toEqual(['one ', 'two ', 'three']);
  });

  it('begin their stream after a while in any case, so that nobody takes the line for dead', async () => {
    const clock = createManualClock();
    const script = gated(['late']);
    const { t, upstream } = await start(() => script.reply, { clock });
    const asked = sdk(t).chat.completions.create({ model: 'openclaw', messages: hi, stream: true });
    await upstream.requested(1);
    clock.advance(10_000);
    const stream = await asked;
    script.release();
    let text = '';
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    expect(text).toBe('late');
  });

  it('send on the wire what that API sends, and nothing of the gateway', async () => {
    const { t } = await start(() => ({ kind: 'text', chunks: ['x'] }));
    const { headers, text } = await t.call('POST', '/v1/chat/completions', {
      token: t.admin,
      json: { model: 'openclaw', messages: hi, stream: true },
    });
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const events = text.trimEnd().split('\n\n');
    expect(events.every((event) => /^data: [^\n]+$/.test(event))).toBe(true);
    expect(events.at(-1)).toBe('data: [DONE]');
    expect(events.slice(0, -1).map((event) => JSON.parse(event.slice(6)).choices[0])).toEqual([
      { index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null },
      { index: 0, delta: { content: 'x' }, logprobs: null, finish_reason: null },
      { index: 0, delta: {}, logprobs: null, finish_reason: 'stop' },
    ]);
    expect(text).not.toContain('usage');
  });

  it('take the agent from the model, and say to the model what the client says after what the agent says', async () => {
    const { t, upstream } = await start(echo, { config: { agents: { 'dev-coder': { system: 'You are the agent.' } } } });
    const answer = await sdk(t).chat.completions.create({
      model: 'openclaw/dev-coder',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'you said one' },
        { role: 'user', content: [{ type: 'text', text: 'two' }] },
      ],
    });
    expect(answer.choices[0]?.message.content).toBe('you said two');
    expect(upstream.requests[0]?.body.messages).toEqual([
      { role: 'system', content: 'You are the agent.\n\nBe brief.' },
      { role: 'user', content: 'one' },
      expect.objectContaining({ role: 'assistant', content: 'you said one' }),
      { role: 'user', content: 'two' },
    ]);
  });

  it('of two clients at once do not mix', async () => {
    const { t } = await start(echo);
    const key = (await t.mint({ kind: 'api-key' })).secret;
    const ask = async (client: OpenAI, n: number) => {
      const stream = client.chat.completions.stream({ model: 'openclaw', messages: [{ role: 'user', content: `nonce ${n}` }] });
      return stream.finalContent();
    };
    const clients = [sdk(t), sdk(t, key)];
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(clients[n % 2]!, n)));
    expect(answers).toEqual(Array.from({ length: 20 }, (_, n) => `you said nonce ${n}`));
  });

  it('use the tools of the agent on the way, of which the client hears nothing', async () => {
    const { t } = await start((_request, count) =>
      count === 1
        ? { kind: 'tools', calls: [{ id: 'c1', name: 'list_dir', arguments: { path: '.' } }] }
        : { kind: 'text', chunks: ['done'] },
    );
    const answer = await sdk(t).chat.completions.create({ model: 'openclaw', messages: hi });
    expect(answer.choices[0]).toMatchObject({ message: { content: 'done' }, finish_reason: 'stop' });
  });
});

describe('a tool that somebody has to allow', () => {
  it('is waited for, and its leave is asked for where everyone is asked', async () => {
    const { t } = await start((_request, count) =>
      count === 1
        ? { kind: 'tools', calls: [{ id: 'c1', name: 'file_write', arguments: { path: 'note.txt', content: 'x' } }] }
        : { kind: 'text', chunks: ['written'] },
    );
    const stream = await sdk(t).chat.completions.create({ model: 'openclaw', messages: hi, stream: true });
    const [approval] = (await t.call('GET', '/api/v1/approvals', { token: t.admin })).json.approvals;
    expect(approval).toMatchObject({ tool: 'file_write', status: 'pending' });
    await t.call('POST', `/api/v1/approvals/${approval.id}`, { token: t.admin, json: { decision: 'approve' } });
    let text = '';
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    expect(text).toBe('written');
  });
});

describe('a page of a listed origin', () => {
  it('may send what the SDK sends', async () => {
    const { t } = await start(echo, { config: { security: { allowedOrigins: ['https://chat.example'] } } });
    const { status, headers } = await t.call('OPTIONS', '/v1/chat/completions', {
      headers: {
        Origin: 'https://chat.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type,x-stainless-os,x-other',
      },
    });
    expect(status).toBe(204);
    expect(headers['access-control-allow-headers']).toMatch(/^Authorization, Content-Type, .*, x-stainless-os$/);
  });
});

describe('a client that goes', () => {
  for (const stream of [true, false])
    it(`cancels its turn${stream ? ' in the middle of the stream' : ' while it waits'}`, async () => {
      const script = gated(['Hello ', 'world']);
      const { t, upstream } = await start(() => script.reply);
      const gone = new AbortController();
      const asked = sdk(t).chat.completions.create({ model: 'openclaw', messages: hi, stream }, { signal: gone.signal });
      await upstream.requested(1);
      script.release(1);
      if (stream) for await (const _chunk of (await asked) as AsyncIterable<unknown>) gone.abort();
      else {
        gone.abort();
        expect(await rejection(asked)).toBeInstanceOf(OpenAI.APIUserAbortError);
      }
      await upstream.brokenOff(1);
      await expect.poll(async () => (await t.call('GET', '/api/v1/status', { token: t.admin })).json.queue.running).toBe(0);
    });
});

describe('errors', () => {
  it('of credentials', async () => {
    const { t } = await start(echo);
    const ask = (key: string) => rejection(sdk(t, key).models.list());
    const bad = await ask(`ock_${'A'.repeat(43)}`);
    expect(bad).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(bad).toMatchObject({ code: 'invalid_api_key' });
    const missing = await ask(await t.token('agents'));
    expect(missing).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(missing).toMatchObject({ code: 'SCOPE_MISSING', type: 'permission_error', param: null });
    expect(missing.requestID).toMatch(/^[0-9a-f]{32}$/);
  });

  it('of a model that is none', async () => {
    const { t } = await start(echo);
    for (const error of [
      await rejection(sdk(t).chat.completions.create({ model: 'gpt-4o', messages: hi })),
      await rejection(sdk(t).models.retrieve('openclaw/nobody')),
    ]) {
      expect(error).toBeInstanceOf(OpenAI.NotFoundError);
      expect(error).toMatchObject({ code: 'model_not_found', param: 'model', type: 'invalid_request_error' });
      expect(error.message).toContain('openclaw, openclaw/main, openclaw/dev-coder');
    }
  });

  it('of what this version cannot do name the field, and no model is asked', async () => {
    const { t, upstream } = await start(echo);
    const audio = { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } };
    for (const [body, param] of [
      [{ n: 2 }, 'n'],
      [{ functions: [{ name: 'f' }] }, 'functions'],
      [{ function_call: 'auto' }, 'function_call'],
      [{ response_format: { type: 'xml' } }, 'response_format.type'],
      [{ top_logprobs: 3 }, 'top_logprobs'],
      [{ web_search_options: {} }, 'web_search_options'],
      [{ logprobs: true }, 'logprobs'],
      [{ modalities: ['text', 'audio'], audio: { voice: 'x' } }, 'modalities[1]'],
      [{ messages: [{ role: 'user', content: [audio] }] }, 'messages[0].content'],
      [{ messages: [...hi, { role: 'function', name: 'x', content: 'y' }] }, 'messages[1].role'],
      [{ messages: [{ role: 'assistant', content: 'x' }] }, 'messages'],
      [{ messages: [] }, 'messages'],
      [{ messages: 'hi' }, 'messages'],
    ] as const) {
      const request = { model: 'openclaw', messages: hi, ...body } as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming;
      const error = await rejection(sdk(t).chat.completions.create(request));
      expect(error, param).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error).toMatchObject({ param, type: 'invalid_request_error' });
    }
    expect(upstream.requests.length).toBe(0);
  });

  it('at addresses that are none have the same shape', async () => {
    const { t } = await start(echo);
    expect(await rejection(sdk(t).embeddings.create({ model: 'openclaw', input: 'x' }))).toBeInstanceOf(OpenAI.NotFoundError);
  });

  for (const stream of [false, true])
    it(`of the provider have their class${stream ? ', of a stream too where nothing was said yet' : ''}; the SDK does not run the turn again`, async () => {
      let status = 500;
      const { t, upstream } = await start(() => ({ kind: 'error', status, headers: { 'retry-after': '3600' } }));
      const ask = async () => {
        const before = upstream.requests.length;
        const error = await rejection(Promise.resolve(sdk(t).chat.completions.create({ model: 'openclaw', messages: hi, stream })));
        return { error, requests: upstream.requests.length - before };
      };
      for (const [answered, cls] of [
        [500, OpenAI.InternalServerError],
        [429, OpenAI.RateLimitError],
        [401, OpenAI.InternalServerError],
        [400, OpenAI.InternalServerError],
      ] as const) {
        status = answered;
        const { error, requests } = await ask();
        expect(error).toBeInstanceOf(cls);
        expect(requests, `after ${answered}`).toBe(1);
      }
    });

  it('say when to ask again, and when less is to be sent', async () => {
    let reply: Reply = { kind: 'error', status: 429, headers: { 'retry-after': '3600' } };
    const { t } = await start(() => reply);
    const limited = await rejection(sdk(t).chat.completions.create({ model: 'openclaw', messages: hi }));
    expect(limited).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect(limited.headers?.get('retry-after')).toBe('3600');
    expect((await t.post({ content: 'hi' })).headers['retry-after']).toBe('3600');
    reply = { kind: 'error', status: 400, message: "This model's maximum context length is 8192 tokens." };
    expect(await rejection(sdk(t).responses.create({ model: 'openclaw', input: 'hi' }))).toMatchObject({
      ...{ status: 400, code: 'context_length_exceeded' },
      error: { gatewayCode: 'MODEL_CONTEXT_FULL' },
    });
  });

  it('in the middle of a stream end it as an error, not as an answer', async () => {
    const { t } = await start(() => ({ kind: 'cut', chunks: ['half ', 'a '] }));
    const stream = await sdk(t).chat.completions.create({ model: 'openclaw', messages: hi, stream: true });
    let text = '';
    const read = async () => {
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    };
    const error = await rejection(read());
    expect(text).toBe('half a ');
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ code: 'MODEL_CUT_OFF', type: 'server_error' });
  });

  it('of a token that is revoked in the middle of a stream say so', async () => {
    const script = gated(['half ', 'a ']);
    const { t, upstream } = await start(() => script.reply);
    const token = await t.mint();
    script.release(1);
    const stream = await sdk(t, token.secret).chat.completions.create({ model: 'openclaw', messages: hi, stream: true });
    const read = async () => {
      for await (const { choices } of stream)
        if (choices[0]?.delta.content) await t.call('DELETE', `/api/v1/tokens/${token.id}`, { token: t.admin });
    };
    expect(await rejection(read())).toMatchObject({ code: 'invalid_api_key', error: { gatewayCode: 'TOKEN_REVOKED' } });
    await upstream.brokenOff(1);
  });
});

describe('what is kept', () => {
  const titles = async (t: TestGateway) =>
    (await t.call('GET', '/api/v1/sessions', { token: t.admin })).json.sessions.map(({ title }: { title: string }) => title);

  it('with `user`: a session of that name, from which later requests are answered', async () => {
    const { t, upstream } = await start(echo);
    const client = sdk(t);
    for (const content of ['one', 'two'])
      await client.chat.completions.create({ model: 'openclaw', messages: [{ role: 'user', content }], user: 'alice' });
    expect(await titles(t)).toEqual(['one']);
    expect(heard(upstream.requests[1])).toMatchObject([{ content: 'one' }, { content: 'you said one' }, { content: 'two' }]);
    const { json } = await t.call('GET', '/api/v1/sessions/alice/messages', { token: t.admin });
    expect(json.items.map(({ event }: { event: { content: string } }) => event.content)).toEqual([
      'one',
      'you said one',
      'two',
      'you said two',
    ]);
    expect((await t.post({ content: 'three', sessionId: 'alice' })).json.finalReply).toBe('you said three');
  });

  it('with the header: as with any `sessionId`; streamed as well', async () => {
    const { t } = await start(echo);
    const session = (await t.post({ content: 'one' })).json.sessionId;
    const stream = sdk(t).chat.completions.stream(
      { model: 'openclaw', messages: [{ role: 'user', content: 'two' }] },
      { headers: { 'X-OpenClaw-Session': session } },
    );
    expect(await stream.finalContent()).toBe('you said two');
    expect(await titles(t)).toEqual(['one']);
  });

  it('a client that sends the conversation along is answered from that, and only what is new is added', async () => {
    const { t, upstream } = await start(echo);
    const client = sdk(t);
    const messages: OpenAI.ChatCompletionMessageParam[] = [];
    for (const content of ['one', 'two', 'three']) {
      messages.push({ role: 'user', content });
      const answer = await client.chat.completions.create({ model: 'openclaw', messages, user: 'bob@example.com' });
      messages.push(answer.choices[0]!.message);
    }
    expect(heard(upstream.requests[2])?.map(({ content }) => content)).toEqual(['one', 'you said one', 'two', 'you said two', 'three']);
    const [session] = (await t.call('GET', '/api/v1/sessions', { token: t.admin })).json.sessions;
    expect(session).toMatchObject({ title: 'one', lastSeq: 6 });
    // Edited by the client: what it sends is what the model hears.
    await client.chat.completions.create({
      model: 'openclaw',
      messages: [hi[0]!, { role: 'assistant', content: 'edited' }, hi[0]!],
      user: 'bob@example.com',
    });
    expect(heard(upstream.requests[3])?.map(({ content }) => content)).toEqual(['hi', 'edited', 'hi']);
  });

  it('with a key: the same answer to the same request, and one turn', async () => {
    const { t, upstream } = await start(echo);
    const ask = (stream: boolean) =>
      sdk(t).chat.completions.create(
        { model: 'openclaw', messages: hi, user: 'alice' },
        { headers: { 'Idempotency-Key': 'k' }, body: { model: 'openclaw', messages: hi, user: 'alice', stream } },
      );
    const first = await ask(false);
    expect(await ask(false)).toEqual(first);
    expect(upstream.requests.length).toBe(1);
    expect(await rejection(ask(true))).toBeInstanceOf(OpenAI.ConflictError);
  });
});
