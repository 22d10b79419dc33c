import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnthropicModel } from './anthropic.ts';
import { aRequest, collect, describeModelClient, fixture } from './model-client.conformance.ts';
import { createModelTransport } from './model-transport.ts';
import { answer, type ScriptedUpstream, sse, startScriptedUpstream } from './scripted-upstream.ts';

const create = (options: Pick<Parameters<typeof createAnthropicModel>[0], 'baseUrl' | 'transport' | 'apiKey'>) =>
  createAnthropicModel({ provider: 'anthropic', model: 'claude-sonnet-4-6', keyVariables: ['ANTHROPIC_API_KEY'], ...options });

describeModelClient('anthropic', { fixtures: 'anthropic', create, toolCallIds: ['toolu_01A', 'toolu_02B', 'toolu_03C'] });

describe('anthropic wire', () => {
  let upstream: ScriptedUpstream;
  const transport = createModelTransport();

  beforeAll(async () => {
    upstream = await startScriptedUpstream();
    upstream.play(sse(fixture('anthropic', 'parallel-tools.sse')));
  });
  afterAll(async () => {
    await transport.close();
    await upstream.close();
  });
  const ask = (path = '', over = {}) =>
    collect(
      create({ baseUrl: `${upstream.origin}${path}`, transport, apiKey: 'sk-ant-1' }).stream(aRequest(over), new AbortController().signal),
    );

  it('sends all results of one answer in the one user turn after it', async () => {
    const tools = [{ name: 'list_dir', description: 'List.', parameters: { type: 'object' } }];
    await ask('', {
      tools,
      messages: [
        { role: 'user', content: 'look' },
        {
          role: 'assistant',
          content: '',
          toolCalls: [
            { id: 'functions.list_dir:0', name: 'list_dir', argumentsJson: '{"path":"a"}' },
            { id: 'b', name: 'list_dir', argumentsJson: 'not json' },
          ],
        },
        { role: 'tool', toolCallId: 'functions.list_dir:0', name: 'list_dir', content: 'x' },
        { role: 'tool', toolCallId: 'b', name: 'list_dir', content: '' },
        { role: 'user', content: 'and?' },
        { role: 'assistant', content: '', toolCalls: [] },
        { role: 'user', content: 'hello?' },
      ],
    });
    const { path, headers, body } = upstream.seen.at(-1)!;
    expect(path).toBe('/v1/messages');
    expect(headers).toMatchObject({ 'x-api-key': 'sk-ant-1', 'anthropic-version': '2023-06-01' });
    expect(headers.authorization).toBeUndefined();
    expect(body).toEqual({
      model: 'claude-sonnet-4-6',
      max_tokens: 8192,
      stream: true,
      system: 'Be brief.',
      tools: [{ name: 'list_dir', description: 'List.', input_schema: { type: 'object' } }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'look' }] },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'functions_list_dir_0', name: 'list_dir', input: { path: 'a' } },
            { type: 'tool_use', id: 'b', name: 'list_dir', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'functions_list_dir_0', content: 'x' },
            { type: 'tool_result', tool_use_id: 'b' },
            { type: 'text', text: 'and?' },
            { type: 'text', text: 'hello?' },
          ],
        },
      ],
    });
  });

  it('gives a call without arguments an empty object, and counts cached input', async () => {
    const events = await ask('/v1');
    expect(upstream.seen.at(-1)?.path).toBe('/v1/messages');
    expect(events).toContainEqual({ type: 'tool_call', call: { id: 'toolu_03C', name: 'noop', argumentsJson: '{}' } });
    expect(events).toContainEqual({ type: 'usage', inputTokens: 30, outputTokens: 34 });
  });

  it('has the answer given as the arguments of a tool where it must fit a schema', async () => {
    const call = (json: string) =>
      [
        { type: 'message_start', message: { usage: { input_tokens: 3 } } },
        { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 't', name: 'give_answer', input: {} } },
        { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: json } },
        { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
        { type: 'message_stop' },
      ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    upstream.play(sse(...call('{"answer":[1,2]}')));
    const events = await ask('', { tools: [], outputSchema: { type: 'array' } });
    expect(events).toContainEqual({ type: 'text', text: '[1,2]' });
    expect(events.filter(({ type }) => type === 'tool_call')).toEqual([]);
    expect(upstream.seen.at(-1)?.body).toMatchObject({
      tools: [{ name: 'give_answer', input_schema: { properties: { answer: { type: 'array' } } } }],
      tool_choice: { type: 'tool', name: 'give_answer' },
    });
  });

  it('has a tool chosen as the request says', async () => {
    const tools = [{ name: 'look', description: '', parameters: { type: 'object' } }];
    const choice = async (over: object) => {
      await ask('', { tools, ...over });
      return upstream.seen.at(-1)?.body.tool_choice;
    };
    expect(await choice({})).toBeUndefined();
    expect(await choice({ toolChoice: 'required' })).toEqual({ type: 'any' });
    expect(await choice({ toolChoice: { name: 'look' }, oneToolAtATime: true })).toEqual({
      type: 'tool',
      name: 'look',
      disable_parallel_tool_use: true,
    });
    expect(await choice({ oneToolAtATime: true })).toEqual({ type: 'auto', disable_parallel_tool_use: true });
  });

  it('may call its own tools before it gives the answer', async () => {
    const tools = [{ name: 'look', description: '', parameters: { type: 'object' } }];
    const outputSchema = { type: 'object', properties: { n: { type: 'integer' } } };
    const names = () => (upstream.seen.at(-1)!.body.tools as { name: string }[]).map(({ name }) => name);
    const called = (name: string, input: unknown) =>
      answer(200, JSON.stringify({ content: [{ type: 'tool_use', id: 't', name, input }], stop_reason: 'tool_use' }));
    upstream.play(called('look', { at: 'it' }));
    expect(await ask('', { tools, outputSchema })).toContainEqual({
      type: 'tool_call',
      call: { id: 't', name: 'look', argumentsJson: '{"at":"it"}' },
    });
    expect({ names: names(), choice: upstream.seen.at(-1)?.body.tool_choice }).toEqual({
      names: ['look', 'give_answer'],
      choice: { type: 'any' },
    });
    upstream.play(called('give_answer', { answer: { n: 1 } }));
    const events = await ask('', { tools, outputSchema });
    expect(events).toContainEqual({ type: 'text', text: '{"n":1}' });
    expect(events.filter(({ type }) => type === 'tool_call')).toEqual([]);
    await ask('', { tools, outputSchema, toolChoice: 'required' });
    expect(names()).toEqual(['look']);
  });

  it('sends pictures beside the words', async () => {
    await ask('', { messages: [{ role: 'user', content: 'what is it?', images: [{ mediaType: 'image/png', base64: 'AAAA' }] }] });
    expect(upstream.seen.at(-1)?.body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          { type: 'text', text: 'what is it?' },
        ],
      },
    ]);
  });
});
