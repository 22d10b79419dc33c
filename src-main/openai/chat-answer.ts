import type { AppError } from '../../src-shared/app-error.ts';
import type { Usage } from '../../src-shared/contract/events.ts';
import type { ChatChunk, ChatCompletion } from '../../src-shared/contract/routes/openai.ts';
import type { Sink, Telling } from './answer-stream.ts';
import { toOpenaiError } from './openai-error.ts';
import { failureOf, type TurnEnd } from './turn-end.ts';

/** What all answers to one request have in common. */
export type ChatHead = { readonly id: string; readonly created: number; readonly model: string };

export const headOf = (turn: { readonly messageId: string; readonly acceptedAt: number }, model: string): ChatHead => ({
  id: turn.messageId.replace(/^msg_/, 'chatcmpl-'),
  created: Math.floor(turn.acceptedAt / 1_000),
  model,
});

export const completionOf = (head: ChatHead, { reply, usage }: TurnEnd): ChatCompletion => ({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: reply, refusal: null }, logprobs: null, finish_reason: 'stop' }],
  usage: usageOf(usage),
});

/** A completion in chunks. With `include_usage` every chunk has the field, and an extra one the figures. */
export const tellCompletion = (head: ChatHead, includeUsage: boolean, traceId: string): Telling => {
  const chunk = (choices: ChatChunk['choices'], usage: ChatChunk['usage'] = null): string =>
    JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...(includeUsage ? { usage } : {}) } satisfies ChatChunk);
  const choice = (delta: ChatChunk['choices'][number]['delta'], finish: 'stop' | null = null): string =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }]);
  const refused = (sink: Sink, error: AppError): void => sink.sendLines(JSON.stringify(toOpenaiError(error, traceId).body));
  return {
    begin: (sink) => sink.sendLines(choice({ role: 'assistant', content: '' })),
    piece: (sink, content) => sink.sendLines(choice({ content })),
    end: (sink, end) => {
      const failure = failureOf(end);
      if (failure) refused(sink, failure);
      else sink.sendLines(choice({}, 'stop'), ...(includeUsage ? [chunk([], usageOf(end.usage))] : []), '[DONE]');
    },
    refused,
  };
};

const usageOf = ({ inputTokens, outputTokens }: Usage): ChatCompletion['usage'] => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
});
