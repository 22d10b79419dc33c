import type { ResponseRequest } from '../../src-shared/contract/routes/openai-responses.ts';
import type { PromptMessage } from './chat-prompt.ts';

/** A request of the Responses API as messages; its instructions stand first. */
export const messagesOf = ({ instructions, input }: ResponseRequest): readonly PromptMessage[] => [
  ...(instructions ? [{ role: 'system' as const, content: instructions }] : []),
  ...(typeof input === 'string' ? [{ role: 'user' as const, content: input }] : input),
];
