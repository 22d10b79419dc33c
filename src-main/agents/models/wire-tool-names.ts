import type { ModelClient, ModelEvent, ModelMessage, ModelRequest } from './model-client.ts';

/** What OpenAI, Anthropic and those like them take as the name of a function. */
const taken = /^[A-Za-z0-9_-]{1,64}$/;

/** A client whose provider sees names that it takes: `server.tool` goes out as `server__tool` and comes back as it was. */
export const withWireToolNames = (client: ModelClient): ModelClient => ({
  ...client,
  stream: (request, signal) => {
    const plain = request.tools.every(({ name }) => taken.test(name)) && request.messages.every(isPlain);
    return plain ? client.stream(request, signal) : translated(client, request, signal);
  },
});

async function* translated(client: ModelClient, request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
  const names = wireNames(request.tools.map(({ name }) => name));
  const back = new Map([...names].map(([name, wire]) => [wire, name]));
  const out = (name: string): string => names.get(name) ?? safe(name);
  const wired: ModelRequest = {
    ...request,
    tools: request.tools.map((tool) => ({ ...tool, name: out(tool.name) })),
    messages: request.messages.map((message): ModelMessage => {
      if (message.role === 'tool') return { ...message, name: out(message.name) };
      if (message.role === 'assistant')
        return { ...message, toolCalls: message.toolCalls.map((call) => ({ ...call, name: out(call.name) })) };
      return message;
    }),
  };
  for await (const event of client.stream(wired, signal))
    yield event.type === 'tool_call' ? { ...event, call: { ...event.call, name: back.get(event.call.name) ?? event.call.name } } : event;
}

const isPlain = (message: ModelMessage): boolean =>
  message.role === 'user' || (message.role === 'tool' ? taken.test(message.name) : message.toolCalls.every(({ name }) => taken.test(name)));

/** Each name of a request under another one that is taken; the same whenever the same tools are offered. */
const wireNames = (names: readonly string[]): ReadonlyMap<string, string> => {
  const used = new Set(names.filter((name) => taken.test(name)));
  return new Map(
    names.map((name): [string, string] => {
      if (taken.test(name)) return [name, name];
      let wire = safe(name);
      for (let n = 2; used.has(wire); n += 1) wire = `${safe(name).slice(0, 60)}_${n}`;
      used.add(wire);
      return [name, wire];
    }),
  );
};

const safe = (name: string): string =>
  name
    .replace(/\./g, '__')
    .replace(/[^A-Za-z0-9_-]/g, '_')
    .slice(0, 64) || 'tool';
