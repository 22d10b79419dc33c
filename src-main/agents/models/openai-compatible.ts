import type { ModelClient, ModelImage, ModelMessage, ModelRequest, ModelTool } from './model-client.ts';
import { streamModel } from './model-stream.ts';
import { type ModelTransport, newCallId } from './model-transport.ts';
import { createOpenAiQuirks, type OpenAiQuirks } from './openai-quirks.ts';
import { createOpenAiReader } from './openai-reader.ts';
import { parseObject } from './parse-object.ts';
import type { SseRequest } from './sse-request.ts';
import { upstreamOf } from './upstream.ts';

export type HttpModelOptions = {
  /** As config names it: `openai-compatible` or a preset. */
  readonly provider: string;
  readonly baseUrl: string;
  readonly model: string;
  /** null: the server needs none. */
  readonly apiKey: string | null;
  /** Environment variables that may hold the key, for hints. */
  readonly keyVariables: readonly string[];
  readonly transport: ModelTransport;
  /** Output tokens of an answer at most; undefined: as the wire or the server has it. */
  readonly maxTokens?: number | undefined;
};

/** Chat completions, the wire of OpenAI and of nearly everyone else: `POST <baseUrl>/chat/completions`, streamed. */
export const createOpenAiCompatibleModel = (options: HttpModelOptions): ModelClient => {
  const { transport, model, apiKey, maxTokens } = options;
  const { upstream, origin, path } = upstreamOf(options, (base) =>
    base.endsWith('/chat/completions') ? base : `${base}/chat/completions`,
  );
  const quirks = createOpenAiQuirks();

  const requestFor = (request: ModelRequest): SseRequest => ({
    origin,
    path,
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'user-agent': 'openclaw',
      'x-client-request-id': request.traceId,
      ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify({
      model,
      messages: toMessages(request, quirks),
      stream: true,
      // OpenAI's newer models refuse the name that all others know.
      ...(maxTokens === undefined ? {} : { [options.provider === 'openai' ? 'max_completion_tokens' : 'max_tokens']: maxTokens }),
      ...(quirks.asksUsage() ? { stream_options: { include_usage: true } } : {}),
      ...(request.outputSchema && quirks.takesSchema()
        ? { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: request.outputSchema } } }
        : {}),
      ...(request.tools.length > 0 ? toTools(request) : {}),
    }),
  });

  return {
    label: `${model} at ${upstream.host}`,
    provider: options.provider,
    maxOutputTokens: maxTokens ?? null,
    stream: (request, signal) =>
      streamModel(
        transport,
        {
          upstream,
          request: requestFor(request),
          createReader: (emit) => createOpenAiReader(upstream, () => newCallId(transport), quirks.remember, emit),
          amend: (refusal) => (quirks.learn(refusal) ? requestFor(request) : null),
        },
        signal,
      ),
  };
};

const toMessages = ({ system, messages }: ModelRequest, quirks: OpenAiQuirks): readonly unknown[] => [
  ...(system === '' ? [] : [{ role: 'system', content: system }]),
  ...messages.map((message) => toMessage(message, quirks)),
];

const toMessage = (message: ModelMessage, quirks: OpenAiQuirks): unknown => {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: message.images?.length ? toParts(message.content, message.images) : message.content };
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
    case 'assistant':
      if (message.toolCalls.length === 0) return { role: 'assistant', content: message.content };
      return {
        role: 'assistant',
        // Older Ollama drops the calls of a message whose content is a string.
        content: message.content === '' ? null : message.content,
        ...quirks.messageExtras(message.toolCalls.map(({ id }) => id)),
        tool_calls: message.toolCalls.map(({ id, name, argumentsJson }) => ({
          id,
          type: 'function',
          ...quirks.callExtras(id),
          // Servers parse what the model once wrote, and refuse the whole conversation over one call that is not JSON.
          function: { name, arguments: parseObject(argumentsJson) === null ? '{}' : argumentsJson },
        })),
      };
  }
};

const toParts = (text: string, images: readonly ModelImage[]): readonly unknown[] => [
  ...(text === '' ? [] : [{ type: 'text', text }]),
  ...images.map(({ mediaType, base64 }) => ({ type: 'image_url', image_url: { url: `data:${mediaType};base64,${base64}` } })),
];

const toTools = ({ tools, toolChoice, oneToolAtATime }: ModelRequest): object => ({
  tools: tools.map(toTool),
  ...(toolChoice === undefined
    ? {}
    : { tool_choice: typeof toolChoice === 'string' ? toolChoice : { type: 'function', function: { name: toolChoice.name } } }),
  ...(oneToolAtATime ? { parallel_tool_calls: false } : {}),
});

const toTool = ({ name, description, parameters }: ModelTool): unknown => ({
  type: 'function',
  function: { name, description, parameters },
});
