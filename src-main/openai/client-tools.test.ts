import OpenAI from 'openai';
import { zodFunction, zodResponsesFunction } from 'openai/helpers/zod';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { responseSchema } from '../../src-shared/contract/routes/openai-responses.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { type ChatRequest, type Reply, scriptModel } from '../testing/upstream.ts';

/** The real SDK, with nothing changed but the base URL and the key. */
const sdk = (t: TestGateway) => new OpenAI({ baseURL: `${t.base}/v1`, apiKey: t.admin });

const text = (...chunks: string[]): Reply => ({ kind: 'text', chunks });
const calls = (...names: string[]): Reply => ({
  kind: 'tools',
  calls: names.map((name, n) => ({ id: `call_${n}`, name, arguments: { city: 'Bern' } })),
});
const roundTrip = (_request: ChatRequest, count: number): Reply => (count === 1 ? calls('weather') : text('It is ', '21°C.'));

const start = async (script: (request: ChatRequest, count: number) => Reply) => {
  const upstream = await scriptModel(script);
  return { upstream, t: await startTestGateway({ upstream }) };
};

const parameters = z.object({ city: z.string() });
const schema = { type: 'object', properties: { city: { type: 'string' } } };
const tool = (name: string): OpenAI.ChatCompletionFunctionTool => ({ type: 'function', function: { name, parameters: schema } });
const weather = tool('weather');
const responseTool = (name: string): OpenAI.Responses.FunctionTool => ({ type: 'function', name, parameters: schema, strict: null });
const question: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'How warm is it in Bern?' }];
const model = 'openclaw';

const rejection = (promise: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
  );
const sessionsOf = async (t: TestGateway) => (await t.call('GET', '/api/v1/sessions', { token: t.admin })).json.sessions;
const offered = (request: ChatRequest | undefined) =>
  ((request?.tools ?? []) as OpenAI.ChatCompletionFunctionTool[]).map((one) => one.function.name);

describe('tools of the client, over chat completions', () => {
  for (const stream of [false, true])
    it(`go round with runTools${stream ? ', streamed' : ''}; the agent has its own beside them`, async () => {
      const { t, upstream } = await start(roundTrip);
      const asked: unknown[] = [];
      const run = zodFunction({
        name: 'weather',
        parameters,
        function: (args) => {
          asked.push(args);
          return { degrees: 21 };
        },
      });
      const client = sdk(t).chat.completions;
      const runner = stream
        ? client.runTools({ model, messages: question, tools: [run], stream: true })
        : client.runTools({ model, messages: question, tools: [run] });
      expect(await runner.finalContent()).toBe('It is 21°C.');
      expect(asked).toEqual([{ city: 'Bern' }]);
      expect(offered(upstream.requests[0]?.body)).toEqual(expect.arrayContaining(['weather', 'list_dir']));
      expect(upstream.requests[1]?.body.messages.slice(1)).toEqual([
        question[0],
        expect.objectContaining({
          role: 'assistant',
          tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } }],
        }),
        { role: 'tool', tool_call_id: 'call_0', content: '{"degrees":21}' },
      ]);
      expect(await sessionsOf(t)).toEqual([]);
    });

  it('are asked for as that API does, whole and in chunks', async () => {
    const { t } = await start(() => calls('weather', 'time'));
    const tools = [weather, tool('time')];
    const whole = await sdk(t).chat.completions.create({ model, messages: question, tools });
    expect(whole.choices[0]).toEqual({
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        refusal: null,
        tool_calls: [
          { id: 'call_0', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
          { id: 'call_1', type: 'function', function: { name: 'time', arguments: '{"city":"Bern"}' } },
        ],
      },
      logprobs: null,
      finish_reason: 'tool_calls',
    });
    const deltas = [];
    for await (const chunk of await sdk(t).chat.completions.create({ model, messages: question, tools, stream: true }))
      deltas.push(chunk.choices[0]);
    expect(deltas.slice(1).map((choice) => choice?.delta.tool_calls?.[0] ?? choice?.finish_reason)).toEqual([
      { index: 0, id: 'call_0', type: 'function', function: { name: 'weather', arguments: '' } },
      { index: 0, function: { arguments: '{"city":"Bern"}' } },
      { index: 1, id: 'call_1', type: 'function', function: { name: 'time', arguments: '' } },
      { index: 1, function: { arguments: '{"city":"Bern"}' } },
      'tool_calls',
    ]);
    const streamed = sdk(t).chat.completions.stream({ model, messages: question, tools });
    expect((await streamed.finalChatCompletion()).choices[0]).toMatchObject({ finish_reason: 'tool_calls' });
  });

  it('are chosen as the client says, and one at a time where it says so', async () => {
    const { t, upstream } = await start((_request, count) => (count === 1 ? calls('weather', 'weather') : text('fine')));
    const client = sdk(t).chat.completions;
    const choice = { type: 'function' as const, function: { name: 'weather' } };
    const one = await client.create({ model, messages: question, tools: [weather], tool_choice: choice, parallel_tool_calls: false });
    expect(one.choices[0]?.message.tool_calls).toHaveLength(1);
    expect(upstream.requests[0]?.body).toMatchObject({ tool_choice: choice, parallel_tool_calls: false });
    await client.create({ model, messages: question, tools: [weather], tool_choice: 'required' });
    expect(upstream.requests[1]?.body).toMatchObject({ tool_choice: 'required' });
    await client.create({ model, messages: question, tools: [weather], tool_choice: 'none' });
    expect(offered(upstream.requests[2]?.body)).not.toContain('weather');
    expect(upstream.requests[2]?.body).not.toHaveProperty('tool_choice');
  });

  it("are never run here; the agent's own are, and wait for their approval", async () => {
    const { t, upstream } = await start((_request, count) => {
      if (count === 1) return { kind: 'tools', calls: [{ id: 'own', name: 'file_write', arguments: { path: 'a.txt', content: 'x' } }] };
      return roundTrip(_request, count - 1);
    });
    const asked = sdk(t).chat.completions.create({ model, messages: question, tools: [weather] });
    const approvals = async () => (await t.call('GET', '/api/v1/approvals', { token: t.admin })).json.approvals;
    await expect.poll(approvals).toMatchObject([{ tool: 'file_write', status: 'pending' }]);
    await t.call('POST', `/api/v1/approvals/${(await approvals())[0].id}`, { token: t.admin, json: { decision: 'approve' } });
    const answer = await asked;
    expect(answer.choices[0]?.message.tool_calls).toMatchObject([{ function: { name: 'weather' } }]);
    expect(upstream.requests).toHaveLength(2);
    expect(await approvals()).toMatchObject([{ tool: 'file_write', status: 'granted' }]);
  });

  it("are called with what the agent's own found in mind, though the client cannot send that along", async () => {
    const own = { id: 'call_0', name: 'list_dir', arguments: { path: '.' } };
    const { t, upstream } = await start((_request, count) => {
      if (count === 1) return { kind: 'tools', calls: [own] };
      if (count === 2)
        return {
          kind: 'tools',
          calls: [
            { id: 'call_0', name: 'weather', arguments: {} },
            { ...own, id: 'call_1' },
          ],
        };
      return count === 3 ? { kind: 'tools', calls: [{ id: 'call_0', name: 'weather', arguments: {} }] } : text('done');
    });
    const run = zodFunction({ name: 'weather', parameters: z.object({}), function: () => '21' });
    const runner = sdk(t).chat.completions.runTools({ model, messages: question, tools: [run] });
    expect(await runner.finalContent()).toBe('done');
    const shape = (count: number) =>
      upstream.requests[count]?.body.messages.slice(1).map(({ role, tool_calls }) => {
        const made = (tool_calls ?? []) as { function: { name: string } }[];
        return [role, ...made.map((one) => one.function.name)].join(' ');
      });
    const first = ['user', 'assistant list_dir', 'tool', 'assistant list_dir', 'tool', 'assistant weather', 'tool'];
    expect(shape(2)).toEqual(first);
    expect(shape(3)).toEqual([...first, 'assistant weather', 'tool']);
    // Another conversation hears nothing of it.
    await sdk(t).chat.completions.create({
      model,
      messages: [
        { role: 'user', content: 'Something else' },
        { role: 'assistant', tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'weather', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'call_0', content: '3' },
      ],
    });
    expect(shape(4)).toEqual(['user', 'assistant weather', 'tool']);
  });

  it('are refused under a name that means another tool, with the field', async () => {
    const { t, upstream } = await start(roundTrip);
    const assistant = { role: 'assistant', tool_calls: [{ id: 'x', type: 'function', function: { name: 'weather', arguments: '{}' } }] };
    for (const [body, param] of [
      [{ tools: [weather, tool('list_dir')] }, 'tools[1].function.name'],
      [{ tools: [weather, weather] }, 'tools[1].function.name'],
      [{ tools: [tool('give_answer')] }, 'tools[0].function.name'],
      [{ tools: [tool('no spaces')] }, 'tools[0].function.name'],
      [{ tools: [{ type: 'custom', custom: { name: 'x' } }] }, 'tools[0].type'],
      [{ tools: [weather], tool_choice: { type: 'function', function: { name: 'other' } } }, 'tool_choice'],
      [{ tool_choice: 'required' }, 'tool_choice'],
      [{ tools: [weather], tool_choice: { type: 'allowed_tools' } }, 'tool_choice'],
      [{ messages: [...question, assistant] }, 'messages'],
      [{ messages: [...question, assistant, { role: 'user', content: 'and?' }] }, 'messages[2]'],
      [{ messages: [...question, { role: 'tool', tool_call_id: 'x', content: 'y' }] }, 'messages[1].tool_call_id'],
    ] as const) {
      const request = { model, messages: question, ...body } as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming;
      const error = await rejection(sdk(t).chat.completions.create(request));
      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error, param).toMatchObject({ param, type: 'invalid_request_error' });
    }
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('in a session', () => {
  const session = { headers: { 'X-OpenClaw-Session': 'trip' } };

  it('the result alone goes on from the call, and all of it is in the history', async () => {
    const { t, upstream } = await start((request, count) => (count < 3 ? roundTrip(request, count) : text('Yes.')));
    const client = sdk(t).chat.completions;
    await client.create({ model, messages: question, tools: [weather] }, session);
    const result = { role: 'tool' as const, tool_call_id: 'call_0', content: '21' };
    const answer = await client.create({ model, messages: [result], tools: [weather] }, session);
    expect(answer.choices[0]?.message.content).toBe('It is 21°C.');
    await client.create({ model, messages: [{ role: 'user', content: 'Sure?' }] }, session);
    const expected = [
      question[0],
      expect.objectContaining({ role: 'assistant', tool_calls: [expect.objectContaining({ id: 'call_0' })] }),
      result,
    ];
    expect(upstream.requests[1]?.body.messages.slice(1)).toEqual(expected);
    expect(upstream.requests[2]?.body.messages.slice(1)).toEqual([
      ...expected,
      { role: 'assistant', content: 'It is 21°C.' },
      { role: 'user', content: 'Sure?' },
    ]);
    const { json } = await t.call('GET', '/api/v1/sessions/trip/messages', { token: t.admin });
    expect(json.items.flatMap(({ event }: { event: { tool?: unknown } }) => event.tool ?? [])).toMatchObject([
      { name: 'weather', status: 'handed_over', arguments: { city: 'Bern' } },
      { name: 'weather', status: 'finished', result: '21' },
    ]);
  });

  it('a call that is never answered is not in the way', async () => {
    const { t, upstream } = await start(roundTrip);
    const client = sdk(t).chat.completions;
    await client.create({ model, messages: question, tools: [weather] }, session);
    await client.create({ model, messages: [{ role: 'user', content: 'Never mind.' }] }, session);
    expect(upstream.requests[1]?.body.messages.slice(1)).toEqual([question[0], { role: 'user', content: 'Never mind.' }]);
  });

  it('a result that nobody asked for is refused', async () => {
    const { t, upstream } = await start(roundTrip);
    const messages = [{ role: 'tool' as const, tool_call_id: 'x', content: 'y' }];
    for (const options of [session, {}]) {
      const error = await rejection(sdk(t).chat.completions.create({ model, messages }, options));
      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error.message).toContain('"x"');
    }
    expect(upstream.requests).toHaveLength(0);
  });

  it('a key finds the same calls again', async () => {
    const { t, upstream } = await start(roundTrip);
    const ask = () =>
      sdk(t).chat.completions.create(
        { model, messages: question, tools: [weather], user: 'alice' },
        { headers: { 'Idempotency-Key': 'k' } },
      );
    const first = await ask();
    expect(await ask()).toEqual(first);
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('tools of the client, over responses', () => {
  const tools = [zodResponsesFunction({ name: 'weather', parameters })];
  const ask = { model, input: 'How warm is it in Bern?', tools };
  const output = { type: 'function_call_output' as const, call_id: 'call_0', output: '21' };

  it('go round with parse', async () => {
    const { t, upstream } = await start(roundTrip);
    const { output_text, output_parsed: _, ...first } = await sdk(t).responses.parse(ask);
    expect(output_text).toBe('');
    expect(first.output).toMatchObject([
      { type: 'function_call', call_id: 'call_0', name: 'weather', parsed_arguments: { city: 'Bern' }, status: 'completed' },
    ]);
    expect(responseSchema.safeParse(first).error).toBeUndefined();
    // As the SDK has it, with its own `parsed_arguments` beside.
    const input = [{ role: 'user', content: ask.input }, ...first.output, output] as OpenAI.Responses.ResponseInput;
    expect((await sdk(t).responses.create({ ...ask, input })).output_text).toBe('It is 21°C.');
    expect(upstream.requests[1]?.body.messages.slice(2)).toMatchObject([
      { role: 'assistant', tool_calls: [{ id: 'call_0' }] },
      { role: 'tool', tool_call_id: 'call_0', content: '21' },
    ]);
  });

  it('stream every event, numbered and in order; the session knows the call', async () => {
    const { t } = await start(roundTrip);
    const session = { headers: { 'X-OpenClaw-Session': 'trip' } };
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    const stream = sdk(t).responses.stream(ask, session);
    for await (const event of stream) events.push(event);
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, n) => n));
    expect((await stream.finalResponse()).output).toMatchObject([{ type: 'function_call', parsed_arguments: { city: 'Bern' } }]);
    const next = sdk(t).responses.stream({ model, input: [output], tools }, session);
    expect((await next.finalResponse()).output_text).toBe('It is 21°C.');
  });

  it('are refused by the field', async () => {
    const { t } = await start(roundTrip);
    for (const [body, param] of [
      [{ tools: [responseTool('weather'), responseTool('list_dir')] }, 'tools[1].name'],
      [{ tools: [{ type: 'web_search' }] }, 'tools[0].type'],
      [{ tool_choice: { type: 'function', name: 'other' } }, 'tool_choice'],
      [{ input: [{ role: 'user', content: 'x' }, output] }, 'input[1].call_id'],
    ] as const) {
      const request = { ...ask, ...body } as unknown as OpenAI.Responses.ResponseCreateParamsNonStreaming;
      expect(await rejection(sdk(t).responses.create(request)), param).toMatchObject({ status: 400, param });
    }
  });
});
