import { AppError } from '../../src-shared/app-error.ts';
import type { ToolCall } from '../../src-shared/contract/events.ts';
import type { ModelMessage, ModelToolCall } from './models/model-client.ts';
import { parseObject } from './models/parse-object.ts';

/** What came of a call that was handed over to the client. */
export type ClientResult = { readonly toolCallId: string; readonly content: string };

export type ClientAnswer = {
  /** What the model hears of it, behind what was said before. */
  readonly messages: readonly ModelMessage[];
  /** As the event log has it. */
  readonly calls: readonly ToolCall[];
};

/**
 * The client's results beside the calls that they answer.
 * @param brought what the client has of the conversation; its last message made the calls. Null: the session has them.
 * @param handedOver calls that the session knows of
 * @throws AppError BAD_REQUEST where nobody asked for one of them
 */
export const answerOf = (
  results: readonly ClientResult[],
  brought: readonly ModelMessage[] | null,
  handedOver: readonly ToolCall[],
): ClientAnswer => {
  const last = brought?.at(-1);
  const asked: readonly ModelToolCall[] = brought
    ? last?.role === 'assistant'
      ? last.toolCalls
      : []
    : handedOver.map(({ id, name, arguments: args }) => ({ id, name, argumentsJson: JSON.stringify(args) }));
  const answered = results.map(({ toolCallId, content }) => {
    const call = asked.findLast(({ id }) => id === toolCallId);
    if (!call) throw unasked(toolCallId);
    return { call, content };
  });
  const calls = answered.map(({ call }) => call);
  return {
    messages: [
      ...(brought || calls.length === 0 ? [] : [{ role: 'assistant' as const, content: '', toolCalls: calls }]),
      ...answered.map(({ call: { id, name }, content }) => ({ role: 'tool' as const, toolCallId: id, name, content })),
    ],
    calls: answered.map(({ call, content }) => ({ ...shownCall(call), status: 'finished', result: content })),
  };
};

/** A call as everyone sees it who looks on. */
export const shownCall = ({ id, name, argumentsJson }: ModelToolCall): Pick<ToolCall, 'id' | 'name' | 'arguments'> => ({
  id,
  name,
  arguments: parseObject(argumentsJson) ?? {},
});

const unasked = (id: string): AppError =>
  new AppError('BAD_REQUEST', {
    message: `No tool call "${id}" was asked for in this conversation.`,
    hint: 'Send the assistant message with its tool calls along, or the result in the session that asked for it.',
  });
