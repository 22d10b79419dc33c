import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the gateway asked, as an OpenAI-compatible server sees it. */
export type ChatRequest = {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly { readonly role: string; readonly content: unknown; readonly [key: string]: unknown }[];
  readonly tools?: readonly unknown[];
};

/** What the scripted model does with one request. `gate` is waited for before each chunk: the test releases them. */
export type Reply =
  | { readonly kind: 'text'; readonly chunks: readonly string[]; readonly gate?: (chunk: number) => Promise<unknown> }
  | { readonly kind: 'tools'; readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: unknown }[] }
  | { readonly kind: 'error'; readonly status: number; readonly headers?: Record<string, string>; readonly message?: string }
  /** The connection breaks after these chunks. */
  | { readonly kind: 'cut'; readonly chunks: readonly string[] }
  | { readonly kind: 'garbage'; readonly body: string }
  /** Takes the request and never answers. */
  | { readonly kind: 'never' };

export type Upstream = {
  /** The base URL for `baseUrl`, with `/v1`. */
  readonly url: string;
  readonly requests: readonly { readonly body: ChatRequest; readonly headers: IncomingMessage['headers'] }[];
  /** Resolves when the n-th request (from 1) has come in. */
  readonly requested: (count: number) => Promise<void>;
  /** Resolves when so many requests were broken off before their answer had ended. */
  readonly brokenOff: (count: number) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** An OpenAI-compatible server that answers as `script` says; it streams when asked to. */
export const startUpstream = async (script: (request: ChatRequest, count: number) => Reply): Promise<Upstream> => {
  const requests: { body: ChatRequest; headers: IncomingMessage['headers'] }[] = [];
  const waiting = new Set<() => void>();
  let broken = 0;
  const look = (): void => {
    for (const again of waiting) again();
  };
  const until = (reached: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const again = (): void => {
        if (!reached()) return;
        waiting.delete(again);
        resolve();
      };
      waiting.add(again);
      again();
    });
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST' || !request.url?.endsWith('/chat/completions')) {
      response.writeHead(request.url?.endsWith('/models') ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'scripted', object: 'model' }] }));
      return;
    }
    const body = JSON.parse(await readAll(request)) as ChatRequest;
    requests.push({ body, headers: request.headers });
    response.once('close', () => {
      if (!response.writableFinished) broken += 1;
      look();
    });
    look();
    await answer(script(body, requests.length), body, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    requested: (count) => until(() => requests.length >= count),
    brokenOff: (count) => until(() => broken >= count),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** A script that always says the same. */
export const says = (text: string) => (): Reply => ({ kind: 'text', chunks: text.match(/.{1,12}/gsu) ?? [text] });

const answer = async (reply: Reply, request: ChatRequest, response: ServerResponse): Promise<void> => {
  switch (reply.kind) {
    case 'never':
      return;
    case 'error':
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify({ error: { message: reply.message ?? `scripted ${reply.status}`, type: 'scripted' } }));
      return;
    case 'garbage':
      response.writeHead(200, { 'content-type': request.stream ? 'text/event-stream' : 'application/json' });
      response.end(reply.body);
      return;
    case 'tools':
      return sendWhole(response, request, { content: null, tool_calls: toolCalls(reply.calls) }, 'tool_calls');
    case 'text':
    case 'cut':
      if (!request.stream) return sendWhole(response, request, { content: reply.chunks.join('') }, 'stop');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const [index, content] of reply.chunks.entries()) {
        if (reply.kind === 'text') await reply.gate?.(index);
        if (response.destroyed) return;
        sendChunk(response, request, { role: 'assistant', content }, null);
      }
      // Not before the chunks are out, or the gateway sees no answer at all.
      if (reply.kind === 'cut') response.write(': cut\n\n', () => response.destroy());
      else finish(response, request, 'stop');
  }
};

const sendWhole = (response: ServerResponse, request: ChatRequest, message: Record<string, unknown>, reason: string): void => {
  if (request.stream) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    sendChunk(response, request, { role: 'assistant', ...message }, null);
    finish(response, request, reason);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  const choice = { index: 0, message: { role: 'assistant', ...message }, finish_reason: reason };
  response.end(JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion', model: request.model, choices: [choice], usage }));
};

const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

const sendChunk = (response: ServerResponse, request: ChatRequest, delta: Record<string, unknown>, reason: string | null): void => {
  const chunk = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: request.model };
  response.write(`data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`);
};

const finish = (response: ServerResponse, request: ChatRequest, reason: string): void => {
  sendChunk(response, request, {}, reason);
  const chunk = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: request.model };
  response.write(`data: ${JSON.stringify({ ...chunk, choices: [], usage })}\n\n`);
  response.end('data: [DONE]\n\n');
};

const toolCalls = (calls: Extract<Reply, { kind: 'tools' }>['calls']) =>
  calls.map((call, index) => ({
    index,
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));

const readAll = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};
