import { createAnthropicReader } from './anthropic-reader.ts';
import type { ModelClient, ModelEvent, ModelImage, ModelMessage, ModelRequest, ModelTool } from './model-client.ts';
import { streamModel } from './model-stream.ts';
import type { HttpModelOptions } from './openai-compatible.ts';
import { parseObject } from './parse-object.ts';
import type { SseRequest } from './sse-request.ts';
import { upstreamOf } from './upstream.ts';

/** The wire demands a limit; this is the highest that every model in service takes. */
const mostTokens = 8192;

/** Anthropic's Messages wire: `POST <baseUrl>/v1/messages`, streamed. */
export const createAnthropicModel = (options: HttpModelOptions): ModelClient => {
  const { transport, model, apiKey, maxTokens = mostTokens } = options;
  const { upstream, origin, path } = upstreamOf(options, (base) => {
    if (base.endsWith('/messages')) return base;
    return base.endsWith('/v1') ? `${base}/messages` : `${base}/v1/messages`;
  });

  const requestFor = ({ system, messages, traceId, ...request }: ModelRequest): SseRequest => ({
    origin,
    path,
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'user-agent': 'openclaw',
      'anthropic-version': '2023-06-01',
      'x-client-request-id': traceId,
      ...(apiKey === null ? {} : { 'x-api-key': apiKey }),
    },
    body: JSON.stringify({
      model,
      max_tokens: maxTokens,
      ...(system === '' ? {} : { system }),
      messages: toTurns(messages),
      stream: true,
      ...toTools(request),
    }),
  });

  return {
    label: `${model} at ${upstream.host}`,
    provider: options.provider,
    maxOutputTokens: maxTokens,
    stream: (request, signal) =>
      streamModel(
        transport,
        {
          upstream,
          request: requestFor(request),
          createReader: (emit) => {
            const reader = createAnthropicReader(upstream, emit);
            return request.outputSchema ? { ...reader, close: () => reader.close().flatMap(answerAsText) } : reader;
          },
        },
        signal,
      ),
  };
};

type Turn = { readonly role: 'user' | 'assistant'; readonly content: unknown[] };

/** Roles must alternate, and all results of one answer's calls must stand in the one user turn after it. */
const toTurns = (messages: readonly ModelMessage[]): readonly Turn[] => {
  const turns: Turn[] = [];
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const blocks = toBlocks(message);
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else if (blocks.length > 0) turns.push({ role, content: blocks });
  }
  return turns;
};

/** Empty text blocks are refused. */
const toBlocks = (message: ModelMessage): unknown[] => {
  const text = message.content.trim() === '' ? [] : [{ type: 'text', text: message.content }];
  switch (message.role) {
    case 'user':
      return [...(message.images ?? []).map(toImage), ...text];
    case 'tool':
      return [{ type: 'tool_result', tool_use_id: toId(message.toolCallId), ...(text.length === 0 ? {} : { content: message.content }) }];
    case 'assistant':
      return [
        ...text,
        ...message.toolCalls.map(({ id, name, argumentsJson }) => ({
          type: 'tool_use',
          id: toId(id),
          name,
          input: parseObject(argumentsJson) ?? {},
        })),
      ];
  }
};

/** Ids that another model made earlier in the session may hold characters this wire refuses. */
const toId = (id: string): string => id.replace(/[^A-Za-z0-9_-]/g, '_');

/** This wire knows no schema of answers: the answer is the arguments of a tool that must be called in the end. */
const answerTool = 'give_answer';

const toTools = ({ tools, outputSchema, toolChoice, oneToolAtATime }: Omit<ModelRequest, 'system' | 'messages' | 'traceId'>): object => {
  // Who must call a tool does not answer.
  const answers = outputSchema && toolChoice === undefined ? [answerWith(outputSchema)] : [];
  const all = [...tools.map(toTool), ...answers];
  if (all.length === 0) return {};
  const choice = toChoice(toolChoice, answers.length > 0, tools.length > 0);
  const alone = oneToolAtATime ? { disable_parallel_tool_use: true } : {};
  return { tools: all, ...(choice || oneToolAtATime ? { tool_choice: { type: 'auto', ...choice, ...alone } } : {}) };
};

const toChoice = (toolChoice: ModelRequest['toolChoice'], answers: boolean, hasTools: boolean): object | null => {
  if (typeof toolChoice === 'object') return { type: 'tool', name: toolChoice.name };
  if (toolChoice === 'required') return { type: 'any' };
  if (!answers) return null;
  return hasTools ? { type: 'any' } : { type: 'tool', name: answerTool };
};

const answerWith = (outputSchema: Readonly<Record<string, unknown>>): object => ({
  name: answerTool,
  description: 'Gives the final answer. Call it once, last.',
  input_schema: { type: 'object', properties: { answer: outputSchema }, required: ['answer'] },
});

const answerAsText = (event: ModelEvent): readonly ModelEvent[] => {
  if (event.type !== 'tool_call' || event.call.name !== answerTool) return [event];
  return [{ type: 'text', text: JSON.stringify(parseObject(event.call.argumentsJson)?.answer ?? null) }];
};

const toImage = ({ mediaType, base64 }: ModelImage): unknown => ({
  type: 'image',
  source: { type: 'base64', media_type: mediaType, data: base64 },
});

const toTool = ({ name, description, parameters }: ModelTool): unknown => ({ name, description, input_schema: parameters });
