import type { ChatRequest } from '../../src-shared/contract/routes/openai.ts';
import type { ClientTools } from '../agents/models/model-client.ts';
import type { PictureRef, PromptMessage } from './chat-prompt.ts';
import { readClientTools } from './client-tools.ts';

type ChatMessage = ChatRequest['messages'][number];

/** The messages of a chat request, in what the APIs have in common. */
export const chatMessagesOf = ({ messages }: ChatRequest): readonly PromptMessage[] =>
  messages.map((message, index): PromptMessage => {
    const said = { at: `messages.${index}`, text: textOf(message.content) };
    if (message.role === 'tool') return { ...said, at: `messages.${index}.tool_call_id`, role: 'tool', toolCallId: message.tool_call_id };
    if (message.role === 'user') return { ...said, role: 'user', pictures: picturesIn(message.content, `messages.${index}.content`) };
    if (message.role !== 'assistant') return { ...said, role: message.role };
    const toolCalls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: json } }) => ({ id, name, argumentsJson: json }));
    return { ...said, role: 'assistant', toolCalls };
  });

/** @param taken names of the agent's own tools */
export const chatToolsOf = ({ tools, tool_choice, parallel_tool_calls }: ChatRequest, taken: readonly string[]): ClientTools | undefined =>
  readClientTools({
    functions: (tools ?? []).map((tool) => tool.function),
    choice: typeof tool_choice === 'object' && tool_choice ? tool_choice.function : (tool_choice ?? 'auto'),
    oneAtATime: parallel_tool_calls === false,
    nameAt: (index) => `tools.${index}.function.name`,
    taken,
  });

const textOf = (content: ChatMessage['content']): string =>
  typeof content === 'string' ? content : (content ?? []).flatMap(wordsOf).join('\n\n');

type ChatPart = Exclude<ChatMessage['content'], string | null | undefined>[number];

const wordsOf = (part: ChatPart): readonly string[] => {
  if (part.type === 'image_url') return [];
  return [part.type === 'text' ? part.text : part.refusal];
};

const picturesIn = (content: ChatMessage['content'], at: string): readonly PictureRef[] =>
  typeof content === 'string'
    ? []
    : (content ?? []).flatMap((part, n) =>
        part.type === 'image_url' ? [{ url: part.image_url.url, at: `${at}.${n}.image_url.url` }] : [],
      );
