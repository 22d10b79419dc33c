import type { Action, Attachment, ChannelCapabilities, InboundMessage, Message } from '../../packages/plugin-sdk/src/index.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { NewOutboxRow } from '../storage/database.ts';
import { answerParts } from './answer-parts.ts';
import type { ChannelAnswer } from './channel-turns.ts';
import { channelWords } from './channel-words.ts';
import { conversationOf } from './session-name.ts';
import { withInstead } from './without-files.ts';

/** Files of one message. */
const filesMost = 10;

type Where = {
  readonly channel: string;
  /** What is answered: it goes to the same conversation and thread. */
  readonly to: InboundMessage;
  readonly capabilities: ChannelCapabilities;
  readonly clock: Pick<Clock, 'now'>;
  readonly randomBytes: RandomBytes;
};

/** An answer as the rows that bring it into a conversation: the text, then the files. Buttons stand under the last part of the text. */
export const outboundRows = async (
  { text, attachments = [], actions = [] }: ChannelAnswer & { readonly actions?: readonly Action[] },
  { channel, to, capabilities, clock, randomBytes }: Where,
): Promise<NewOutboxRow[]> => {
  const conversation = conversationOf(to);
  const threadId = capabilities.threads ? to.threadId : undefined;
  const words = channelWords(text.trim() === '' ? to.content : text);
  const leftOut = (names: readonly string[]): string => words.filesLeftOut(names.map((name) => `\`${name.replaceAll('`', "'")}\``));
  const canSend = capabilities.attachments === true || attachments.length === 0;
  const said = canSend ? text : `${text}\n\n${leftOut(attachments.map(({ name }) => name))}`;
  const parts = await answerParts(said, capabilities, 0);
  const files = canSend ? attachments.map(({ id: blob, name, type, size }) => ({ blob, name, type, size })) : [];
  const bodies = bodiesOf(parts, files, capabilities.attachmentsWithText ?? 0);
  return Promise.all(
    bodies.map(async ({ content, attachments }, at) => {
      const id = `out_${randomBytes(16).toString('base64url')}`;
      const message: Message = {
        ...{ id, content, idempotencyKey: id, format: capabilities.markdown ? 'markdown' : 'plain' },
        ...(threadId === undefined ? {} : { threadId }),
        // Among many it has to be seen what is answered.
        ...(at === 0 && (to.chatType ?? 'direct') !== 'direct' ? { replyTo: to.id } : {}),
        ...(at === parts.length - 1 && actions.length > 0 ? { actions } : {}),
        ...(attachments.length > 0 ? { attachments } : {}),
      };
      const [instead = ''] = attachments.length > 0 ? await answerParts(leftOut(attachments.map(({ name }) => name)), capabilities, 0) : [];
      return {
        ...{ id, channel, lane: laneOf(conversation, threadId), to: conversation, createdAt: clock.now() },
        message: attachments.length > 0 ? withInstead(message, instead) : message,
      };
    }),
  );
};

type Body = Pick<Message, 'content'> & { readonly attachments: readonly Attachment[] };

/** Files that arrive or fail as one with the text go with its end. Each other one is a message of its own: tried again, it brings nothing else twice. */
const bodiesOf = (parts: readonly string[], files: readonly Attachment[], room: number): readonly Body[] => {
  const together: Attachment[] = [];
  const alone: Attachment[] = [];
  let left = room;
  for (const file of files) {
    const fits = file.size <= left && together.length < filesMost;
    (fits ? together : alone).push(file);
    if (fits) left -= file.size;
  }
  const texts = parts.length === 0 && together.length > 0 ? [''] : parts;
  return [
    ...texts.map((content, at) => ({ content, attachments: at === texts.length - 1 ? together : [] })),
    ...alone.map((file) => ({ content: '', attachments: [file] })),
  ];
};

export const laneOf = (to: string, threadId: string | undefined): string => JSON.stringify([to, threadId ?? null]);
