import { describe, expect, it } from 'vitest';
import { runAgentLoop } from './agent-loop.ts';
import type { ModelClient, ModelEvent, ModelMessage, ModelToolCall } from './models/model-client.ts';

const call = (id: string, args = '{}'): ModelEvent => ({ type: 'tool_call', call: { id, name: 'look', argumentsJson: args } });
const text = (said: string): ModelEvent => ({ type: 'text', text: said });
const end: ModelEvent = { type: 'end', reason: 'stop' };

/** A model that says what the script has for the n-th time it is asked. */
const run = async (
  script: (step: number, messages: readonly ModelMessage[]) => readonly ModelEvent[],
  runTool: (call: ModelToolCall) => string | Promise<string> = () => 'the same',
  maxSteps = 25,
  theirs: readonly string[] = [],
) => {
  const asked: (readonly ModelMessage[])[] = [];
  const ran: string[] = [];
  let said = '';
  const model: ModelClient = {
    label: 'scripted',
    provider: 'offline',
    stream: async function* ({ messages }) {
      asked.push([...messages]);
      yield* script(asked.length - 1, messages);
    },
  };
  const { error, clientCalls } = await runAgentLoop({
    ...{ model, system: '', history: [{ role: 'user', content: 'go' }], tools: () => [], maxSteps, traceId: 't' },
    signal: new AbortController().signal,
    onText: (piece) => {
      said += piece;
    },
    onState: () => undefined,
    handedOver: { tools: theirs.map((name) => ({ name, description: '', parameters: {} })) },
    lastWords: () => null,
    hasFiles: () => false,
    isParallel: (name) => name === 'look',
    runTool: async (one) => {
      ran.push(one.id);
      return runTool(one);
    },
  });
  return { code: error?.code ?? null, said, ran, asked, clientCalls };
};

describe('the agent loop', () => {
  it('asks, runs what is called, and asks again until nothing is called', async () => {
    const { code, said, ran, asked } = await run((step) => (step === 0 ? [text('I look.'), call('a'), end] : [text('Seen.'), end]));
    expect({ code, said, ran }).toEqual({ code: null, said: 'I look.\n\nSeen.', ran: ['a'] });
    expect(asked[1]?.slice(1)).toEqual([
      { role: 'assistant', content: 'I look.', toolCalls: [{ id: 'a', name: 'look', argumentsJson: '{}' }] },
      { role: 'tool', toolCallId: 'a', name: 'look', content: 'the same' },
    ]);
  });

  it('ends with an error where the model says nothing at all, and not where it had spoken before', async () => {
    expect((await run(() => [end])).code).toBe('MODEL_EMPTY');
    expect((await run((step) => (step === 0 ? [call('a'), end] : [end]))).code).toBe('MODEL_EMPTY');
    expect((await run((step) => (step === 0 ? [text('Done.'), call('a'), end] : [end]))).code).toBeNull();
  });

  it('runs what changes nothing side by side, everything else alone, and tells the results in order', async () => {
    let both: () => void;
    const started = new Promise<void>((resolve) => {
      both = resolve;
    });
    const other: ModelEvent = { type: 'tool_call', call: { id: 'c', name: 'change', argumentsJson: '{}' } };
    let atWork = 0;
    const { ran, asked } = await run(
      (step) => (step === 0 ? [call('a', '{"a":1}'), call('b'), other, call('d'), end] : [text('Seen.'), end]),
      async ({ id }) => {
        atWork += 1;
        if (id === 'b') both();
        // The first can only end once the second has begun.
        if (id === 'a') await started;
        if (id === 'c') expect(atWork).toBe(1);
        atWork -= 1;
        return `result of ${id}`;
      },
    );
    expect(ran).toEqual(['a', 'b', 'c', 'd']);
    expect(asked[1]?.slice(2).map(({ content }) => content)).toEqual(['result of a', 'result of b', 'result of c', 'result of d']);
  });

  it('does not make the very same call a fourth time, says so, and ends who insists', async () => {
    const { code, ran, asked } = await run((step) => [call(`c${step}`), end]);
    expect(code).toBe('AGENT_LOOPS');
    expect(ran).toEqual(['c0', 'c1', 'c2']);
    expect(asked.at(-1)?.at(-1)).toMatchObject({ role: 'tool', content: expect.stringContaining('was made 3 times') });
  });

  it('lets a call be made again whose result changes, or that asks for something else', async () => {
    let count = 0;
    const changing = await run(
      (step) => (step < 10 ? [call(`c${step}`), end] : [text('ok'), end]),
      () => String(count++),
    );
    expect(changing).toMatchObject({ code: null, said: 'ok' });
    const others = await run((step) => (step < 10 ? [call(`c${step}`, `{"n":${step}}`), end] : [text('ok'), end]));
    expect(others).toMatchObject({ code: null });
  });

  it("runs its own calls of a step, and gives those of the client's tools as the result", async () => {
    const theirs: ModelEvent = { type: 'tool_call', call: { id: 'b', name: 'theirs', argumentsJson: '{"x":1}' } };
    const { code, ran, asked, clientCalls } = await run(() => [text('Let me see.'), theirs, call('a'), end], undefined, 25, ['theirs']);
    expect({ code, ran, steps: asked.length, clientCalls }).toEqual({
      ...{ code: null, ran: ['a'], steps: 1 },
      clientCalls: [{ id: 'b', name: 'theirs', argumentsJson: '{"x":1}' }],
    });
  });

  it('stops at the limit of steps', async () => {
    expect((await run((step) => [call(`c${step}`, `{"n":${step}}`), end], undefined, 4)).code).toBe('STEPS_EXHAUSTED');
  });
});
