import { expect, it } from 'vitest';
import type { ModelClient, ModelEvent, ModelRequest } from './model-client.ts';
import { withWireToolNames } from './wire-tool-names.ts';

const tool = (name: string) => ({ name, description: '', parameters: {} });
const call = (name: string) => ({ id: 'c', name, argumentsJson: '{}' });

/** What the provider saw, and what came back, where the model calls every tool it is offered. */
const send = async (request: Partial<ModelRequest>) => {
  let seen: ModelRequest | undefined;
  const client: ModelClient = {
    label: '',
    provider: '',
    stream: async function* (sent): AsyncIterable<ModelEvent> {
      seen = sent;
      for (const { name } of sent.tools) yield { type: 'tool_call', call: call(name) };
    },
  };
  const called: string[] = [];
  const whole: ModelRequest = { system: '', messages: [], tools: [], traceId: '', ...request };
  for await (const event of withWireToolNames(client).stream(whole, new AbortController().signal))
    if (event.type === 'tool_call') called.push(event.call.name);
  return { seen, called };
};

it('gives a provider names that it takes, and takes its calls back as they were', async () => {
  const names = ['shell', 'files.read', 'files__read', 'a/b', `long.${'x'.repeat(80)}`, `long.${'x'.repeat(81)}`];
  const { seen, called } = await send({ tools: names.map(tool) });
  const wired = seen?.tools.map(({ name }) => name) ?? [];
  expect(called).toEqual(names);
  expect(new Set(wired).size).toBe(names.length);
  for (const name of wired) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  expect(wired.slice(0, 3)).toEqual(['shell', 'files__read_2', 'files__read']);
});

it('says earlier calls in the same words, also of tools that are gone', async () => {
  const { seen } = await send({
    messages: [
      { role: 'assistant', content: '', toolCalls: [call('gone.tool')] },
      { role: 'tool', toolCallId: 'c', name: 'gone.tool', content: '' },
    ],
  });
  expect(seen?.messages).toMatchObject([{ toolCalls: [{ name: 'gone__tool' }] }, { name: 'gone__tool' }]);
});
