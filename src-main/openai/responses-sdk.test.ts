import OpenAI from 'openai';
import type { ResponseInputItem, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { describe, expect, it } from 'vitest';
import { responseSchema } from '../../src-shared/contract/routes/openai-responses.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { type ChatRequest, gated, lastUserText, type Reply, scriptModel } from '../testing/upstream.ts';

/** The real SDK, with nothing changed but the base URL and the key. */
const sdk = (t: TestGateway, apiKey = t.admin) => new OpenAI({ baseURL: `${t.base}/v1`, apiKey });

const start = async (script: (request: ChatRequest, count: number) => Reply) => {
  const upstream = await scriptModel(script);
  return { upstream, t: await startTestGateway({ upstream }) };
};
const echo = (request: ChatRequest): Reply => ({ kind: 'text', chunks: ['you said ', lastUserText(request)] });
const hi = { model: 'openclaw', input: 'hi' };

const rejection = (promise: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
  );

const eventsOf = async (stream: AsyncIterable<ResponseStreamEvent>): Promise<ResponseStreamEvent[]> => {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
};
const textIn = (events: readonly ResponseStreamEvent[]): string =>
  events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('');

describe('responses', () => {
  it('answer as JSON', async () => {
    const { t } = await start(echo);
    const { output_text, ...answer } = await sdk(t).responses.create({ ...hi, temperature: 0.2, max_output_tokens: 5, store: true });
    expect(output_text).toBe('you said hi');
    expect(responseSchema.safeParse(answer).error).toBeUndefined();
    expect(answer).toMatchObject({
      id: expect.stringMatching(/^resp_[\w-]{22}$/),
      object: 'response',
      status: 'completed',
      model: 'openclaw',
      output: [{ type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', annotations: [] }] }],
      usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
    });
    expect(Math.abs(answer.created_at - Date.now() / 1_000)).toBeLessThan(60);
  });

  it('stream every event, numbered and in order', async () => {
    const { t } = await start(() => ({ kind: 'text', chunks: ['a', '你好'] }));
    const events = await eventsOf(await sdk(t).responses.create({ ...hi, stream: true }));
    const pieces = events.filter(({ type }) => type === 'response.output_text.delta').length;
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      ...Array.from({ length: pieces }, () => 'response.output_text.delta'),
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, n) => n));
    expect(textIn(events)).toBe('a你好');
    expect(events.find(({ type }) => type === 'response.output_text.done')).toMatchObject({ text: 'a你好' });
    const first = events[0];
    expect(events.at(-1)).toMatchObject({
      response: {
        id: first?.type === 'response.created' && first.response.id,
        status: 'completed',
        output: [{ content: [{ text: 'a你好' }] }],
        usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
      },
    });
  });

  it('stream a piece as soon as the model has said it', async () => {
    const script = gated(['one ', 'two ', 'three']);
    const { t } = await start(() => script.reply);
    script.release(1);
    const pieces: string[] = [];
    for await (const event of await sdk(t).responses.create({ ...hi, stream: true })) {
      if (event.type !== 'response.output_text.delta') continue;
      pieces.push(event.delta);
      script.release(1);
    }
    expect(pieces).toEqual(['one ', 'two ', 'three']);
  });

  it('are put together by the helper of the SDK', async () => {
    const { t } = await start(echo);
    expect((await sdk(t).responses.stream(hi).finalResponse()).output_text).toBe('you said hi');
  });

  it('send the name of each event on the wire too', async () => {
    const { t } = await start(echo);
    const { text } = await t.call('POST', '/v1/responses', { token: t.admin, json: { ...hi, stream: true } });
    for (const event of text.trimEnd().split('\n\n')) {
      const [name, data] = event.split('\n');
      expect(name).toBe(`event: ${JSON.parse(data!.slice('data: '.length)).type}`);
    }
  });

  it('take instructions and a list of messages; the output of one may be input of the next', async () => {
    const { t, upstream } = await start(echo);
    const client = sdk(t);
    const one = await client.responses.create({ model: 'openclaw', input: 'one' });
    const two = await client.responses.create({
      model: 'openclaw',
      instructions: 'Be brief.',
      input: [
        { role: 'developer', content: 'In French.' },
        { role: 'user', content: 'one' },
        ...(one.output as ResponseInputItem[]),
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'two' }] },
      ],
    });
    expect(two).toMatchObject({ output_text: 'you said two', instructions: 'Be brief.' });
    expect(upstream.requests[1]?.body.messages.map(({ content }) => content)).toEqual([
      expect.stringMatching(/Be brief\.\n\nIn French\.$/),
      'one',
      'you said one',
      'two',
    ]);
  });

  it('keep nothing, and with `user` or the header a session', async () => {
    const { t, upstream } = await start(echo);
    const client = sdk(t);
    const sessions = async () => (await t.call('GET', '/api/v1/sessions', { token: t.admin })).json.sessions;
    await client.responses.create(hi);
    expect(await sessions()).toEqual([]);
    await client.responses.create({ ...hi, input: 'one', user: 'alice' });
    await client.responses.create({ ...hi, input: 'two' }, { headers: { 'X-OpenClaw-Session': 'alice' } });
    expect(upstream.requests[2]?.body.messages.slice(1).map(({ content }) => content)).toEqual(['one', 'you said one', 'two']);
    expect(await sessions()).toMatchObject([{ name: 'alice', title: 'one', lastSeq: 4 }]);
  });
});

describe('a client that breaks off', () => {
  for (const stream of [false, true])
    it(`cancels its turn${stream ? ' in the middle of the stream' : ' while it waits'}`, async () => {
      const script = gated(['Hello ', 'world']);
      const { t, upstream } = await start(() => script.reply);
      const gone = new AbortController();
      const asked = sdk(t).responses.create({ ...hi, stream }, { signal: gone.signal });
      await upstream.requested(1);
      script.release(1);
      if (stream) for await (const _event of (await asked) as AsyncIterable<unknown>) gone.abort();
      else {
        gone.abort();
        expect(await rejection(asked)).toBeInstanceOf(OpenAI.APIUserAbortError);
      }
      await upstream.brokenOff(1);
      await expect.poll(async () => (await t.call('GET', '/api/v1/status', { token: t.admin })).json.queue.running).toBe(0);
    });
});

describe('errors', () => {
  it('of a model that is none, and of a key', async () => {
    const { t } = await start(echo);
    const error = await rejection(sdk(t).responses.create({ ...hi, model: 'gpt-4o' }));
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model' });
    expect(await rejection(sdk(t, `ock_${'A'.repeat(43)}`).responses.create(hi))).toBeInstanceOf(OpenAI.AuthenticationError);
  });

  it('of what this version cannot do name the field, and no model is asked', async () => {
    const { t, upstream } = await start(echo);
    for (const [body, param] of [
      [{ previous_response_id: 'resp_x' }, 'previous_response_id'],
      [{ conversation: 'conv_x' }, 'conversation'],
      [{ prompt: { id: 'x' } }, 'prompt'],
      [{ background: true }, 'background'],
      [{ tools: [{ type: 'web_search' }] }, 'tools[0].type'],
      [{ text: { format: { type: 'grammar' } } }, 'text.format.type'],
      [{ include: ['message.output_text.logprobs'] }, 'include[0]'],
      [{ max_tool_calls: 3 }, 'max_tool_calls'],
      [{ input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'x' }] }] }, 'input'],
      [{ input: [{ type: 'item_reference', id: 'x' }] }, 'input'],
      [{ input: [{ role: 'assistant', content: 'x' }] }, 'input'],
      [{ input: ' ' }, 'input'],
      [{ input: [] }, 'input'],
      [{ input: undefined }, 'input'],
    ] as const) {
      const request = { ...hi, ...body } as unknown as OpenAI.Responses.ResponseCreateParamsNonStreaming;
      const error = await rejection(sdk(t).responses.create(request));
      expect(error, param).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error).toMatchObject({ param, type: 'invalid_request_error' });
    }
    expect((await rejection(sdk(t).responses.create({ ...hi, previous_response_id: 'resp_x' }))).message).toContain('X-OpenClaw-Session');
    expect(upstream.requests.length).toBe(0);
  });

  for (const stream of [false, true])
    it(`of the provider have their class${stream ? ', of a stream too where nothing was said yet' : ''}; the SDK does not run the turn again`, async () => {
      const { t, upstream } = await start(() => ({ kind: 'error', status: 429, headers: { 'retry-after': '3600' } }));
      expect(await rejection(Promise.resolve(sdk(t).responses.create({ ...hi, stream })))).toBeInstanceOf(OpenAI.RateLimitError);
      expect(upstream.requests.length).toBe(1);
    });

  it('in the middle of a stream end it as failed, with what was said', async () => {
    const { t } = await start(() => ({ kind: 'cut', chunks: ['half ', 'a '] }));
    const events = await eventsOf(await sdk(t).responses.create({ ...hi, stream: true }));
    expect(textIn(events)).toBe('half a ');
    expect(events.at(-1)).toMatchObject({
      type: 'response.failed',
      response: {
        status: 'failed',
        error: { code: 'MODEL_CUT_OFF', type: 'server_error' },
        output: [{ status: 'incomplete', content: [{ text: 'half a ' }] }],
      },
    });
    expect(events.some(({ type }) => type === 'response.completed')).toBe(false);
  });

  it('of a token that is revoked in the middle of a stream say so', async () => {
    const script = gated(['half ', 'a ']);
    const { t, upstream } = await start(() => script.reply);
    const token = await t.mint();
    script.release(1);
    const stream = await sdk(t, token.secret).responses.create({ ...hi, stream: true });
    const read = async () => {
      for await (const { type } of stream)
        if (type === 'response.output_text.delta') await t.call('DELETE', `/api/v1/tokens/${token.id}`, { token: t.admin });
    };
    expect(await rejection(read())).toMatchObject({ code: 'invalid_api_key' });
    await upstream.brokenOff(1);
  });
});
