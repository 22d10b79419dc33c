import type { ResponseEvent, ResponseItem, ResponseObject } from '../../src-shared/contract/routes/openai-responses.ts';
import type { Sink, Telling } from './answer-stream.ts';
import { toOpenaiError } from './openai-error.ts';
import { failureOf, type TurnEnd } from './turn-end.ts';

/** What all answers to one request have in common. */
export type ResponseHead = Pick<ResponseObject, 'id' | 'created_at' | 'model' | 'instructions'> & {
  /** Of the one item of the output. */
  readonly itemId: string;
};

export const responseHeadOf = (
  turn: { readonly messageId: string; readonly acceptedAt: number },
  { model, instructions }: { readonly model: string; readonly instructions?: string | null | undefined },
): ResponseHead => ({
  id: turn.messageId.replace(/^msg_/, 'resp_'),
  created_at: Math.floor(turn.acceptedAt / 1_000),
  model,
  instructions: instructions ?? null,
  itemId: turn.messageId,
});

export const responseOf = (head: ResponseHead, end: TurnEnd): ResponseObject => ({
  ...responseWith(head, 'completed', [itemWith(head, 'completed', [textPart(end.reply)])]),
  usage: usageOf(end),
});

/** A response in events, each with its number. */
export const tellResponse = (head: ResponseHead, traceId: string): Telling => {
  let sequence = 0;
  let text = '';
  const send = (sink: Sink, event: ResponseEvent): void => sink.send(event.type, { ...event, sequence_number: sequence++ });
  const at = { item_id: head.itemId, output_index: 0, content_index: 0 };
  return {
    begin: (sink) => {
      send(sink, { type: 'response.created', response: responseWith(head, 'in_progress', []) });
      send(sink, { type: 'response.in_progress', response: responseWith(head, 'in_progress', []) });
      send(sink, { type: 'response.output_item.added', output_index: 0, item: itemWith(head, 'in_progress', []) });
      send(sink, { type: 'response.content_part.added', ...at, part: textPart('') });
    },
    piece: (sink, delta) => {
      text += delta;
      send(sink, { type: 'response.output_text.delta', ...at, delta, logprobs: [] });
    },
    end: (sink, end) => {
      const failure = failureOf(end);
      const status = failure ? 'incomplete' : 'completed';
      const item = itemWith(head, status, [textPart(text)]);
      send(sink, { type: 'response.output_text.done', ...at, text, logprobs: [] });
      send(sink, { type: 'response.content_part.done', ...at, part: textPart(text) });
      send(sink, { type: 'response.output_item.done', output_index: 0, item });
      if (failure) {
        const { error } = toOpenaiError(failure, traceId).body;
        send(sink, { type: 'response.failed', response: { ...responseWith(head, 'failed', [item]), error, usage: usageOf(end) } });
      } else send(sink, { type: 'response.completed', response: { ...responseWith(head, 'completed', [item]), usage: usageOf(end) } });
    },
    refused: (sink, error) => {
      const { code, message, param } = toOpenaiError(error, traceId).body.error;
      send(sink, { type: 'error', code, message, param });
    },
  };
};

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
  parallel_tool_calls: false,
  temperature: null,
  top_p: null,
  tool_choice: 'auto',
  tools: [],
  previous_response_id: null,
  text: { format: { type: 'text' } },
  usage: null,
});

const itemWith = ({ itemId }: ResponseHead, status: ResponseItem['status'], content: ResponseItem['content']): ResponseItem => ({
  id: itemId,
  type: 'message',
  role: 'assistant',
  status,
  content,
});

const textPart = (text: string): ResponseItem['content'][number] => ({ type: 'output_text', text, annotations: [], logprobs: [] });

const usageOf = ({ usage: { inputTokens, outputTokens } }: TurnEnd): ResponseObject['usage'] => ({
  input_tokens: inputTokens,
  // The SDK's types want these; the gateway does not know them.
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  output_tokens: outputTokens,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: inputTokens + outputTokens,
});
