import { AppError } from '../../src-shared/app-error.ts';
import type { Usage } from '../../src-shared/contract/events.ts';
import type { ChatChunk, ChatCompletion } from '../../src-shared/contract/routes/openai.ts';

/** How a turn ended, as far as it concerns these clients. */
export type ChatEnd = {
  readonly status: string;
  readonly reply: string;
  readonly usage: Usage;
  readonly error: AppError | null;
};

/** What all answers to one request have in common. */
export type ChatHead = { readonly id: string; readonly created: number; readonly model: string };

export const headOf = (turn: { readonly messageId: string; readonly acceptedAt: number }, model: string): ChatHead => ({
  id: turn.messageId.replace(/^msg_/, 'chatcmpl-'),
  created: Math.floor(turn.acceptedAt / 1_000),
  model,
});

/**
 * What went wrong, or null. Never to be asked again without being told to: what can be mended by asking the model
 * again has been tried, and the turn may have used tools or stand in a session.
 */
export const failureOf = ({ status, error }: ChatEnd): AppError | null => {
  if (error) {
    const { code, message, hint, cause, details, retryAfterMs } = error;
    return new AppError(code, {
      message,
      cause,
      details,
      retryable: false,
      ...(hint === undefined ? {} : { hint }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  return status === 'completed' ? null : new AppError('TURN_CANCELLED');
};

export const completionOf = (head: ChatHead, { reply, usage }: ChatEnd): ChatCompletion => ({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: reply, refusal: null }, logprobs: null, finish_reason: 'stop' }],
  usage: usageOf(usage),
});

/** The chunks of a streamed answer, as JSON texts. With `include_usage` every chunk has the field, and an extra one the figures. */
export const chunksOf = (head: ChatHead, includeUsage: boolean) => {
  const chunk = (choices: ChatChunk['choices'], usage: ChatChunk['usage'] = null): string =>
    JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...(includeUsage ? { usage } : {}) } satisfies ChatChunk);
  const choice = (delta: ChatChunk['choices'][number]['delta'], finish: 'stop' | null = null): string =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }]);
  return {
    first: (): string => choice({ role: 'assistant', content: '' }),
    piece: (content: string): string => choice({ content }),
    last: (usage: Usage): readonly string[] => [choice({}, 'stop'), ...(includeUsage ? [chunk([], usageOf(usage))] : []), '[DONE]'],
  };
};

const usageOf = ({ inputTokens, outputTokens }: Usage): ChatCompletion['usage'] => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
});
