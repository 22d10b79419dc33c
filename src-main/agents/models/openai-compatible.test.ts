import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aRequest, collect, describeModelClient, errorOf, fixture, textOf } from './model-client.conformance.ts';
import type { ModelMessage } from './model-client.ts';
import { createModelTransport } from './model-transport.ts';
import { createOpenAiCompatibleModel } from './openai-compatible.ts';
import { answer, type ScriptedUpstream, sse, startScriptedUpstream } from './scripted-upstream.ts';

const create = (options: Pick<Parameters<typeof createOpenAiCompatibleModel>[0], 'baseUrl' | 'transport' | 'apiKey'>) =>
  createOpenAiCompatibleModel({ provider: 'openai-compatible', model: 'qwen3', keyVariables: ['OPENAI_API_KEY'], ...options });

describeModelClient('openai-compatible', { fixtures: 'openai', create, toolCallIds: ['call_a1', 'call_b2'] });

describe('openai-compatible wire', () => {
  let upstream: ScriptedUpstream;
  const transport = createModelTransport({ random: () => 0.25 });
  const client = (path = '/v1', apiKey: string | null = null) => create({ baseUrl: `${upstream.origin}${path}`, transport, apiKey });
  const ask = (model = client(), over = {}) => collect(model.stream(aRequest(over), new AbortController().signal));
  const calls = async () => (await ask()).flatMap((event) => (event.type === 'tool_call' ? [event.call] : []));

  beforeAll(async () => {
    upstream = await startScriptedUpstream();
  });
  afterAll(async () => {
    await transport.close();
    await upstream.close();
  });

  const toolHistory: readonly ModelMessage[] = [
    { role: 'user', content: 'look' },
    {
      role: 'assistant',
      content: '',
      toolCalls: [
        { id: 'function-call-1', name: 'list_dir', argumentsJson: '{"path":"a"}' },
        { id: 'call_2', name: 'list_dir', argumentsJson: '{"path' },
      ],
    },
    { role: 'tool', toolCallId: 'function-call-1', name: 'list_dir', content: 'x' },
    { role: 'tool', toolCallId: 'call_2', name: 'list_dir', content: 'bad arguments' },
  ];

  it('sends the conversation, the tools and the trace', async () => {
    upstream.play(sse(fixture('openai', 'text.sse')));
    const tools = [{ name: 'list_dir', description: 'List.', parameters: { type: 'object' } }];
    await ask(client('/v1/?api-version=1', 'sk-abc'), { messages: toolHistory, tools });
    const { path, headers, body } = upstream.seen.at(-1)!;
    expect(path).toBe('/v1/chat/completions?api-version=1');
    expect(headers).toMatchObject({ authorization: 'Bearer sk-abc', 'x-client-request-id': 'trace-1' });
    expect(body).toEqual({
      model: 'qwen3',
      stream: true,
      stream_options: { include_usage: true },
      tools: [{ type: 'function', function: tools[0] }],
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'look' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'function-call-1', type: 'function', function: { name: 'list_dir', arguments: '{"path":"a"}' } },
            { id: 'call_2', type: 'function', function: { name: 'list_dir', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'function-call-1', content: 'x' },
        { role: 'tool', tool_call_id: 'call_2', content: 'bad arguments' },
      ],
    });
    await ask(client('/v1/chat/completions'));
    expect(upstream.seen.at(-1)).toMatchObject({ path: '/v1/chat/completions' });
    expect(upstream.seen.at(-1)?.headers.authorization).toBeUndefined();
  });

  it('learns that a server refuses stream_options, and asks again without', async () => {
    const model = client();
    upstream.play(
      answer(400, '{"detail":[{"loc":["body","stream_options"],"msg":"stream_options: extra fields not permitted"}]}'),
      sse(fixture('openai', 'text.sse')),
    );
    const before = upstream.seen.length;
    expect((await ask(model)).at(-1)?.type).toBe('end');
    await ask(model);
    expect(upstream.seen.slice(before).map(({ body }) => 'stream_options' in body)).toEqual([true, false, false]);
  });

  it('learns the same from refusals side by side', async () => {
    upstream.play((response) => {
      const refused = 'stream_options' in upstream.seen.at(-1)!.body;
      return refused ? answer(400, '{"error":"unknown field stream_options"}')(response) : sse(fixture('openai', 'text.sse'))(response);
    });
    const model = client();
    const all = await Promise.all(Array.from({ length: 8 }, () => ask(model)));
    expect(all.every((events) => events.at(-1)?.type === 'end')).toBe(true);
  });

  it('gives back what came with a call: thinking and signatures', async () => {
    const model = client();
    upstream.play(sse(fixture('openai', 'gemini-tools.sse')));
    expect((await ask(model)).filter(({ type }) => type === 'tool_call')).toEqual([
      { type: 'tool_call', call: { id: 'function-call-1', name: 'list_dir', argumentsJson: '{"path":"a"}' } },
      { type: 'tool_call', call: { id: 'function-call-2', name: 'list_dir', argumentsJson: '{"path":"b"}' } },
    ]);
    await ask(model, { messages: toolHistory });
    const [first, second] = (upstream.seen.at(-1)!.body.messages as { tool_calls: Record<string, unknown>[] }[])[2]!.tool_calls;
    expect(first?.extra_content).toEqual({ google: { thought_signature: 'c2lnbmF0dXJl' } });
    expect(second?.extra_content).toBeUndefined();

    upstream.play(sse('data: {"choices":[{"delta":{"reasoning_content":"Hm."}}]}\n\n', fixture('openai', 'gemini-tools.sse')));
    await ask(model);
    await ask(model, { messages: toolHistory });
    expect(upstream.seen.at(-1)?.body.messages).toContainEqual(expect.objectContaining({ role: 'assistant', reasoning_content: 'Hm.' }));
  });

  it('fills in thinking that a restart has lost', async () => {
    const refusal = answer(400, '{"error":{"message":"The `reasoning_content` in the thinking mode must be passed back to the API."}}');
    upstream.play(refusal, sse(fixture('openai', 'text.sse')));
    expect((await ask(client(), { messages: toolHistory })).at(-1)?.type).toBe('end');
    upstream.play(refusal);
    expect(errorOf(await ask()).code).toBe('MODEL_REJECTED');
  });

  it('makes ids for calls that come without, and takes arguments as an object', async () => {
    upstream.play(sse(fixture('openai', 'no-ids-tools.sse')));
    const made = await calls();
    expect(made.map(({ argumentsJson }) => argumentsJson)).toEqual(['{"path":"."}', '{"path":"b"}']);
    expect(made.every(({ id }) => /^call_[a-z0-9]{20}$/.test(id))).toBe(true);
    expect((await ask()).at(-1)).toEqual({ type: 'end', reason: 'tool_calls' });
  });

  it('reads a first event after a byte-order mark, and a last one without a line end', async () => {
    const first = '\uFEFFdata: {"choices":[{"delta":{"content":"Hi."}}]}\n\n';
    const finish = 'data: {"choices":[{"delta":{"content":" Bye."},"finish_reason":"stop"}]}';
    upstream.play(sse(first, finish));
    expect(textOf(await ask())).toBe('Hi. Bye.');
    const usage = 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}';
    upstream.play(sse(first, `${finish}\n\n`, usage));
    expect(await ask()).toContainEqual({ type: 'usage', inputTokens: 1, outputTokens: 2 });
    upstream.play(sse(first, `${finish}\n\n`, usage.slice(0, 30)));
    expect((await ask()).at(-1)).toEqual({ type: 'end', reason: 'stop' });
  });

  it('joins fragments whose id changes', async () => {
    upstream.play(sse(fixture('openai', 'changing-ids-tools.sse')));
    expect(await calls()).toEqual([{ id: 'chatcmpl-tool-1', name: 'list_dir', argumentsJson: '{"path":"."}' }]);
  });

  it.each([
    ['{"error":"model runner has unexpectedly stopped"}', 'MODEL_FAILED'],
    ['{"error":{"code":429,"message":"Provider returned error"}}', 'MODEL_RATE_LIMITED'],
    ['{"error":{"code":"context_length_exceeded","message":"too long","type":"invalid_request_error"}}', 'MODEL_CONTEXT_FULL'],
    ['{"choices":[{"delta":{"content":""},"finish_reason":"error"}]}', 'MODEL_FAILED'],
  ])('reads the error %s', async (data, code) => {
    upstream.play(sse(`event: error\ndata: ${data}\n\n`));
    expect(errorOf(await ask()).code).toBe(code);
  });

  it('does not wait for credit', async () => {
    upstream.play(
      answer(429, '{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}'),
    );
    const before = upstream.seen.length;
    expect(errorOf(await ask())).toMatchObject({ code: 'MODEL_RATE_LIMITED', retryable: false, hint: expect.stringContaining('billing') });
    expect(upstream.seen.length - before).toBe(1);
  });

  it('says what to do about a path or model that is not there', async () => {
    upstream.play(answer(404, '404 page not found', { 'content-type': 'text/plain' }));
    expect(errorOf(await ask(client('')))).toMatchObject({ code: 'MODEL_REJECTED', hint: expect.stringContaining('/v1') });
  });

  it('blames the key when it cannot be written into a header', async () => {
    const error = errorOf(await ask(client('/v1', 'sk-a\nb')));
    expect(error).toMatchObject({ code: 'MODEL_REJECTED' });
    expect(error.message).not.toContain('sk-a');
  });

  it('ends with GATEWAY_STOPPING once the transport is closed', async () => {
    const closing = createModelTransport();
    await closing.close();
    expect(errorOf(await ask(create({ baseUrl: upstream.origin, transport: closing, apiKey: null }))).code).toBe('GATEWAY_STOPPING');
  });
});
