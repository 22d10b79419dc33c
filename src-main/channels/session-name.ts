import { createHash } from 'node:crypto';
import type { InboundMessage } from '../../packages/plugin-sdk/src/index.ts';
import type { ChannelConfig } from '../../src-shared/contract/channel-config.ts';

/** Where a message came from, and its answer goes to. */
export const conversationOf = ({ conversationId, from }: Pick<InboundMessage, 'conversationId' | 'from'>): string =>
  conversationId ?? from.id;

/** The name of the session that a message belongs to, the same for ever. */
export const sessionName = (message: InboundMessage, kind: ChannelConfig['session'] = 'chat'): string => {
  const conversation = conversationOf(message);
  if (kind === 'sender') return nameOf('sender', [message.from.id]);
  if (kind === 'thread' && message.threadId !== undefined) return nameOf('thread', [conversation, message.threadId]);
  return nameOf('chat', [conversation]);
};

/** Readable where the platform's ids are; no two can meet, since no readable part holds a colon. */
const nameOf = (kind: string, parts: readonly string[]): string =>
  parts.every((part) => /^[A-Za-z0-9._-]{1,56}$/.test(part))
    ? [kind, ...parts].join(':')
    : `${kind}:sha256:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}:`;
