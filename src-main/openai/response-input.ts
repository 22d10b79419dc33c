import type { ResponseRequest } from '../../src-shared/contract/routes/openai-responses.ts';
import type { ClientTools } from '../agents/models/model-client.ts';
import type { PictureRef, PromptMessage } from './chat-prompt.ts';
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
  if (item.role !== 'user') return { at, role: item.role, text: textOf(item.content) };
  return { at, role: item.role, text: textOf(item.content), pictures: picturesIn(item.content, `${at}.content`) };
};

type Content = Extract<Item, { role: string }>['content'];
type Part = Exclude<Content, string>[number];

const textOf = (content: Content): string => (typeof content === 'string' ? content : content.flatMap(wordsOf).join('\n\n'));

const wordsOf = (part: Part): readonly string[] => {
  if (part.type === 'input_image') return [];
  return [part.type === 'refusal' ? part.refusal : part.text];
};

const picturesIn = (content: Content, at: string): readonly PictureRef[] =>
  typeof content === 'string'
    ? []
    : content.flatMap((part, n) => (part.type === 'input_image' ? [{ url: part.image_url, at: `${at}.${n}.image_url` }] : []));

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
