import type { Action, ChannelCapabilities, InboundMessage } from '../../packages/plugin-sdk/src/index.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { NewOutboxRow } from '../storage/database.ts';
import { answerParts } from './answer-parts.ts';
import { conversationOf } from './session-name.ts';

type Where = {
  readonly channel: string;
  /** What is answered: it goes to the same conversation and thread. */
  readonly to: InboundMessage;
  readonly capabilities: ChannelCapabilities;
  readonly clock: Pick<Clock, 'now'>;
  readonly randomBytes: RandomBytes;
};

/** A text in Markdown as the rows that bring it into a conversation. Buttons stand under the last part. */
export const outboundRows = async (
  text: string,
  { channel, to, capabilities, clock, randomBytes }: Where,
  actions: readonly Action[] = [],
): Promise<NewOutboxRow[]> => {
  const conversation = conversationOf(to);
  const threadId = capabilities.threads ? to.threadId : undefined;
  const parts = await answerParts(text, capabilities, 0);
  return parts.map((content, at) => {
    const id = `out_${randomBytes(16).toString('base64url')}`;
    return {
      ...{ id, channel, lane: laneOf(conversation, threadId), to: conversation, createdAt: clock.now() },
      message: {
        ...{ id, content, idempotencyKey: id, format: capabilities.markdown ? 'markdown' : 'plain' },
        ...(threadId === undefined ? {} : { threadId }),
        // Among many it has to be seen what is answered.
        ...(at === 0 && (to.chatType ?? 'direct') !== 'direct' ? { replyTo: to.id } : {}),
        ...(at === parts.length - 1 && actions.length > 0 ? { actions } : {}),
      },
    };
  });
};

export const laneOf = (to: string, threadId: string | undefined): string => JSON.stringify([to, threadId ?? null]);
