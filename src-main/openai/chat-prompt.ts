import { AppError } from '../../src-shared/app-error.ts';
import type { ClientResult } from '../agents/client-results.ts';
import type { ModelImage, ModelMessage, ModelToolCall } from '../agents/models/model-client.ts';

/** One message, in what the APIs of this door have in common. */
export type PromptMessage = { readonly at: string } & (
  | {
      readonly role: 'system' | 'developer' | 'user' | 'assistant';
      readonly text: string;
      /** Not read yet, and read. */
      readonly pictures?: readonly PictureRef[];
      readonly images?: readonly ModelImage[];
      readonly toolCalls?: readonly ModelToolCall[];
    }
  | { readonly role: 'tool'; readonly toolCallId: string; readonly text: string }
);

/** A picture as the client names it: a data: or an https: address. */
export type PictureRef = { readonly url: string; readonly at: string };

/** The messages of a request, as a turn takes them. */
export type ChatPrompt = {
  /** What the client says to the model about itself; empty for nothing. */
  readonly system: string;
  /** What was said before, up to the last reply. */
  readonly history: readonly ModelMessage[];
  /** What came of the calls that the last reply asks for. */
  readonly toolResults: readonly ClientResult[];
  /** What is asked: all that stands behind the last reply. */
  readonly content: string;
  readonly images: readonly ModelImage[];
};

/**
 * @param field of the request that has the messages
 * @throws AppError BAD_REQUEST where nothing is asked, or calls and their results do not belong together
 */
export const readPrompt = (messages: readonly PromptMessage[], field: string): ChatPrompt => {
  const system: string[] = [];
  const said: ModelMessage[] = [];
  /** Calls that have no result yet. */
  let open: readonly ModelToolCall[] = [];

  const answer = (id: string, content: string, at: string): void => {
    const call = open.find((one) => one.id === id);
    // Results alone answer what the session has.
    if (!call && said.some(({ role }) => role !== 'tool'))
      throw refused(at, `a tool message has to answer one of the tool calls before it, and none of them is "${id}"`);
    open = open.filter((one) => one !== call);
    said.push({ role: 'tool', toolCallId: id, name: call?.name ?? '', content });
  };
  const say = (message: Exclude<PromptMessage, { role: 'tool' }>): void => {
    const { text, images = [], toolCalls = [] } = message;
    if (text.trim() === '' && images.length === 0 && toolCalls.length === 0) return;
    if (message.role === 'system' || message.role === 'developer') {
      system.push(text);
      return;
    }
    if (message.role === 'user') requireNone(open, message.at);
    else open = [...open, ...toolCalls];
    const last = said.at(-1);
    const next: ModelMessage =
      message.role === 'user'
        ? { role: 'user', content: text, ...(images.length > 0 ? { images } : {}) }
        : { role: 'assistant', content: text, toolCalls };
    // Many models refuse two of one role behind each other.
    if (last?.role === next.role) said[said.length - 1] = joined(last, next);
    else said.push(next);
  };

  for (const message of messages) {
    if (message.role === 'tool') answer(message.toolCallId, message.text, message.at);
    else say(message);
  }
  requireNone(open, field);
  const split = said.findLastIndex(({ role }) => role === 'assistant') + 1;
  const asked = said.slice(split);
  const question = asked.find(({ role }) => role === 'user');
  if (asked.length === 0) throw refused(field, 'the last message has to be one of the user, with something in it, or the result of a tool');
  return {
    system: system.join('\n\n'),
    history: said.slice(0, split),
    toolResults: asked.flatMap((one) => (one.role === 'tool' ? [{ toolCallId: one.toolCallId, content: one.content }] : [])),
    content: question?.content ?? '',
    images: question?.role === 'user' ? (question.images ?? []) : [],
  };
};

/** One message out of two of the same role. */
const joined = (one: ModelMessage, two: ModelMessage): ModelMessage => {
  const content = [one.content, two.content].filter(Boolean).join('\n\n');
  if (one.role === 'assistant' && two.role === 'assistant') return { ...one, content, toolCalls: [...one.toolCalls, ...two.toolCalls] };
  const images = [one, two].flatMap((message) => (message.role === 'user' ? (message.images ?? []) : []));
  return { role: 'user', content, ...(images.length > 0 ? { images } : {}) };
};

const requireNone = (open: readonly ModelToolCall[], at: string): void => {
  if (open.length > 0) throw refused(at, `these tool calls have no result yet: ${open.map(({ id }) => id).join(', ')}`);
};

/** @param at in the request, with dots: `messages.0.content` */
export const refused = (at: string, message: string): AppError =>
  new AppError('BAD_REQUEST', { message: `${at}: ${message}`, details: { issues: [{ at: `body.${at}`, message }] } });
