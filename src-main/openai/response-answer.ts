import type { ResponseEvent, ResponseItem, ResponseObject, ResponseRequest } from '../../src-shared/contract/routes/openai-responses.ts';
import type { ModelToolCall } from '../agents/models/model-client.ts';
import type { Sink, Telling } from './answer-stream.ts';
import { toOpenaiError } from './openai-error.ts';
import { failureOf, type TurnEnd } from './turn-end.ts';

/** What all answers to one request have in common. */
export type ResponseHead = Pick<
  ResponseObject,
  'id' | 'created_at' | 'model' | 'instructions' | 'tools' | 'tool_choice' | 'parallel_tool_calls' | 'text'
> & {
  /** Of the message in the output. */
  readonly itemId: string;
};

export const responseHeadOf = (
  turn: { readonly messageId: string; readonly acceptedAt: number },
  { model, instructions, tools, tool_choice, parallel_tool_calls, text }: ResponseRequest,
): ResponseHead => ({
  id: turn.messageId.replace(/^msg_/, 'resp_'),
  created_at: Math.floor(turn.acceptedAt / 1_000),
  model,
  instructions: instructions ?? null,
  tools: (tools ?? []).map(({ type, name, description, parameters, strict }) => ({
    ...{ type, name },
    ...{ description: description ?? null, parameters: parameters ?? null, strict: strict ?? null },
  })),
  tool_choice: tool_choice ?? 'auto',
  parallel_tool_calls: parallel_tool_calls ?? true,
  text: { format: text?.format ?? { type: 'text' } },
  itemId: turn.messageId,
});

export const responseOf = (head: ResponseHead, end: TurnEnd): ResponseObject => ({
  ...responseWith(head, 'completed', [
    ...(end.reply === '' && end.clientCalls.length > 0 ? [] : [messageWith(head, 'completed', [textPart(end.reply)])]),
    ...end.clientCalls.map((call, index) => callWith(head, index, call)),
  ]),
  usage: usageOf(end),
});

/** A response in events, each with its number. */
export const tellResponse = (head: ResponseHead, traceId: string): Telling => {
  let sequence = 0;
  let text = '';
  let isOpen = false;
  const send = (sink: Sink, event: ResponseEvent): void => sink.send(event.type, { ...event, sequence_number: sequence++ });
  const at = { item_id: head.itemId, output_index: 0, content_index: 0 };

  /** Only where something is said: it may be calls alone. */
  const openMessage = (sink: Sink): void => {
    isOpen = true;
    send(sink, { type: 'response.output_item.added', output_index: 0, item: messageWith(head, 'in_progress', []) });
    send(sink, { type: 'response.content_part.added', ...at, part: textPart('') });
  };
  const closeMessage = (sink: Sink, status: ResponseItem['status']): ResponseItem => {
    const item = messageWith(head, status, [textPart(text)]);
    send(sink, { type: 'response.output_text.done', ...at, text, logprobs: [] });
    send(sink, { type: 'response.content_part.done', ...at, part: textPart(text) });
    send(sink, { type: 'response.output_item.done', output_index: 0, item });
    return item;
  };
  const tellCall = (sink: Sink, output_index: number, item: FunctionCall): void => {
    const { id: item_id, name, arguments: json } = item;
    send(sink, { type: 'response.output_item.added', output_index, item: { ...item, arguments: '', status: 'in_progress' } });
    send(sink, { type: 'response.function_call_arguments.delta', item_id, output_index, delta: json });
    send(sink, { type: 'response.function_call_arguments.done', item_id, output_index, name, arguments: json });
    send(sink, { type: 'response.output_item.done', output_index, item });
  };

  return {
    begin: (sink) => {
      send(sink, { type: 'response.created', response: responseWith(head, 'in_progress', []) });
      send(sink, { type: 'response.in_progress', response: responseWith(head, 'in_progress', []) });
    },
    piece: (sink, delta) => {
      if (!isOpen) openMessage(sink);
      text += delta;
      send(sink, { type: 'response.output_text.delta', ...at, delta, logprobs: [] });
    },
    end: (sink, end) => {
      const failure = failureOf(end);
      const output: ResponseItem[] = isOpen ? [closeMessage(sink, failure ? 'incomplete' : 'completed')] : [];
      if (failure) {
        const { error } = toOpenaiError(failure, traceId).body;
        send(sink, { type: 'response.failed', response: { ...responseWith(head, 'failed', output), error, usage: usageOf(end) } });
        return;
      }
      for (const [index, call] of end.clientCalls.entries()) {
        const item = callWith(head, index, call);
        tellCall(sink, output.length, item);
        output.push(item);
      }
      send(sink, { type: 'response.completed', response: { ...responseWith(head, 'completed', output), usage: usageOf(end) } });
    },
    refused: (sink, error) => {
      const { code, message, param } = toOpenaiError(error, traceId).body.error;
      send(sink, { type: 'error', code, message, param });
    },
  };
};

type FunctionCall = Extract<ResponseItem, { type: 'function_call' }>;
type Message = Extract<ResponseItem, { type: 'message' }>;

const responseWith = (
  { itemId: _, ...head }: ResponseHead,
  status: ResponseObject['status'],
  output: readonly ResponseItem[],
): ResponseObject => ({
  ...head,
  object: 'response',
  status,
  output: [...output],
  error: null,
  incomplete_details: null,
  metadata: {},
  temperature: null,
  top_p: null,
  previous_response_id: null,
  usage: null,
});

const messageWith = ({ itemId }: ResponseHead, status: Message['status'], content: Message['content']): Message => ({
  id: itemId,
  type: 'message',
  role: 'assistant',
  status,
  content,
});

const callWith = ({ itemId }: ResponseHead, index: number, { id, name, argumentsJson }: ModelToolCall): FunctionCall => ({
  id: `${itemId.replace(/^msg_/, 'fc_')}_${index}`,
  type: 'function_call',
  call_id: id,
  name,
  arguments: argumentsJson,
  status: 'completed',
});

const textPart = (text: string): Message['content'][number] => ({ type: 'output_text', text, annotations: [], logprobs: [] });

const usageOf = ({ usage: { inputTokens, outputTokens } }: TurnEnd): ResponseObject['usage'] => ({
  input_tokens: inputTokens,
  // The SDK's types want these; the gateway does not know them.
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  output_tokens: outputTokens,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: inputTokens + outputTokens,
});
