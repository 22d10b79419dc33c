import type { AppError } from '../../src-shared/app-error.ts';
import type { Usage } from '../../src-shared/contract/events.ts';
import type { ChatChunk, ChatCompletion } from '../../src-shared/contract/routes/openai.ts';
import type { ModelToolCall } from '../agents/models/model-client.ts';
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

export const completionOf = (head: ChatHead, { reply, clientCalls, usage }: TurnEnd): ChatCompletion => ({
  ...head,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message:
        clientCalls.length === 0
          ? { role: 'assistant', content: reply, refusal: null }
          : { role: 'assistant', content: reply === '' ? null : reply, refusal: null, tool_calls: clientCalls.map(toCall) },
      logprobs: null,
      finish_reason: finishOf(clientCalls),
    },
  ],
  usage: usageOf(usage),
});

/** A completion in chunks. With `include_usage` every chunk has the field, and an extra one the figures. */
export const tellCompletion = (head: ChatHead, includeUsage: boolean, traceId: string): Telling => {
  const chunk = (choices: ChatChunk['choices'], usage: ChatChunk['usage'] = null): string =>
    JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...(includeUsage ? { usage } : {}) } satisfies ChatChunk);
  const choice = (delta: ChatChunk['choices'][number]['delta'], finish: ChatChunk['choices'][number]['finish_reason'] = null): string =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }]);
  const refused = (sink: Sink, error: AppError): void => sink.sendLines(JSON.stringify(toOpenaiError(error, traceId).body));
  return {
    begin: (sink) => sink.sendLines(choice({ role: 'assistant', content: '' })),
    piece: (sink, content) => sink.sendLines(choice({ content })),
    end: (sink, end) => {
      const failure = failureOf(end);
      if (failure) refused(sink, failure);
      else {
        for (const [index, { id, name, argumentsJson }] of end.clientCalls.entries())
          sink.sendLines(
            choice({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
            choice({ tool_calls: [{ index, function: { arguments: argumentsJson } }] }),
          );
        sink.sendLines(choice({}, finishOf(end.clientCalls)), ...(includeUsage ? [chunk([], usageOf(end.usage))] : []), '[DONE]');
      }
    },
    refused,
  };
};

const finishOf = ({ length }: TurnEnd['clientCalls']): 'tool_calls' | 'stop' => (length > 0 ? 'tool_calls' : 'stop');

const toCall = ({
  id,
  name,
  argumentsJson,
}: ModelToolCall): NonNullable<ChatCompletion['choices'][number]['message']['tool_calls']>[number] => ({
  id,
  type: 'function',
  function: { name, arguments: argumentsJson },
});

const usageOf = ({ inputTokens, outputTokens }: Usage): ChatCompletion['usage'] => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
});
