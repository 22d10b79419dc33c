import { AppError } from '../../src-shared/app-error.ts';
import type { ModelMessage } from '../agents/models/model-client.ts';

/** One message, in what the APIs of this door have in common. */
export type PromptMessage = {
  readonly role: 'system' | 'developer' | 'user' | 'assistant';
  readonly content?: string | readonly { readonly text: string }[] | null | undefined;
};

/** The messages of a request, as a turn takes them. */
export type ChatPrompt = {
  /** What the client says to the model about itself; empty for nothing. */
  readonly system: string;
  /** What was said before, up to the last reply. */
  readonly history: readonly ModelMessage[];
  /** What is asked: all that stands behind the last reply. */
  readonly content: string;
};

/**
 * @param field of the request that has the messages
 * @throws AppError BAD_REQUEST where nothing is asked
 */
export const readPrompt = (messages: readonly PromptMessage[], field: string): ChatPrompt => {
  const system: string[] = [];
  const said: { role: 'user' | 'assistant'; content: string }[] = [];
  for (const message of messages) {
    const content = textOf(message.content);
    if (content.trim() === '') continue;
    if (message.role === 'system' || message.role === 'developer') {
      system.push(content);
      continue;
    }
    const last = said.at(-1);
    // Many models refuse two of one role behind each other.
    if (last?.role === message.role) last.content += `\n\n${content}`;
    else said.push({ role: message.role, content });
  }
  const asked = said.pop();
  if (asked?.role !== 'user') {
    const message = 'the last message has to be one of the user, with text in it';
    throw new AppError('BAD_REQUEST', { message: `${field}: ${message}`, details: { issues: [{ at: `body.${field}`, message }] } });
  }
  return {
    system: system.join('\n\n'),
    history: said.map(({ role, content }) => (role === 'user' ? { role, content } : { role, content, toolCalls: [] })),
    content: asked.content,
  };
};

const textOf = (content: PromptMessage['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('\n\n');
