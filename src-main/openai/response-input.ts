import type { ResponseRequest } from '../../src-shared/contract/routes/openai-responses.ts';
import type { ClientTools } from '../agents/models/model-client.ts';
import type { PromptMessage } from './chat-prompt.ts';
import { readClientTools } from './client-tools.ts';

/** A request of the Responses API as messages; its instructions stand first. */
export const messagesOf = ({ instructions, input }: ResponseRequest): readonly PromptMessage[] => [
  ...(instructions ? [{ at: 'instructions', role: 'system' as const, text: instructions }] : []),
  ...(typeof input === 'string' ? [{ at: 'input', role: 'user' as const, text: input }] : input.map(messageOf)),
];

type Item = Exclude<ResponseRequest['input'], string>[number];

const messageOf = (item: Item, index: number): PromptMessage => {
  const at = `input.${index}`;
  if (item.type === 'function_call_output')
    return { at: `${at}.call_id`, role: 'tool', toolCallId: item.call_id, text: textOf(item.output) };
  if (item.type === 'function_call')
    return {
      ...{ at, role: 'assistant', text: '' },
      toolCalls: [{ id: item.call_id, name: item.name, argumentsJson: item.arguments }],
    };
  return { at, role: item.role, text: textOf(item.content) };
};

const textOf = (content: string | readonly ({ readonly text: string } | { readonly refusal: string })[]): string =>
  typeof content === 'string' ? content : content.map((part) => ('text' in part ? part.text : part.refusal)).join('\n\n');

/** @param taken names of the agent's own tools */
export const responseToolsOf = (
  { tools, tool_choice, parallel_tool_calls }: ResponseRequest,
  taken: readonly string[],
): ClientTools | undefined =>
  readClientTools({
    functions: tools ?? [],
    choice: tool_choice ?? 'auto',
    oneAtATime: parallel_tool_calls === false,
    nameAt: (index) => `tools.${index}.name`,
    taken,
  });
