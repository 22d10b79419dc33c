import type { InboundMessage } from '@openclaw/plugin-sdk';

type User = { readonly id: string; readonly username: string; readonly global_name?: string | null; readonly bot?: boolean };

type File = { readonly filename: string; readonly content_type?: string; readonly size: number; readonly url: string };

/** `MESSAGE_CREATE`, as far as we read it. */
export type MessageEvent = {
  readonly id: string;
  readonly channel_id: string;
  readonly guild_id?: string;
  readonly author: User;
  readonly webhook_id?: string;
  /** 0: what somebody says, 19: an answer, 20 and 23: commands; all others are notices. */
  readonly type: number;
  readonly content: string;
  readonly timestamp: string;
  readonly mentions?: readonly User[];
  readonly referenced_message?: { readonly author?: User } | null;
  readonly attachments?: readonly File[];
  readonly mention_channels?: readonly { readonly id: string; readonly name: string }[];
  /** What is forwarded; the message itself is empty then. */
  readonly message_snapshots?: readonly { readonly message: { readonly content?: string; readonly attachments?: readonly File[] } }[];
};

export type FileToFetch = { readonly url: string; readonly name: string; readonly type: string; readonly size: number };
export type Heard = { readonly message: Omit<InboundMessage, 'attachments'>; readonly files: readonly FileToFetch[] };

/** @returns null for our own words, and for notices */
export const readMessage = (event: MessageEvent, myId: string): Heard | null => {
  const { author, mentions = [] } = event;
  if (author.id === myId || (event.type !== 0 && event.type !== 19)) return null;
  const said = [event, ...(event.message_snapshots ?? []).map(({ message }) => message)];
  const content = said
    .map((one) => one.content ?? '')
    .filter(Boolean)
    .join('\n');
  const files = said
    .flatMap(({ attachments = [] }) => attachments)
    .map(({ filename, content_type: type = 'application/octet-stream', size, url }) => ({
      name: filename,
      type,
      size,
      url,
    }));
  if (content === '' && files.length === 0) return null;
  const isGroup = event.guild_id !== undefined;
  return {
    files,
    message: {
      id: event.id,
      from: { id: author.id, name: author.global_name || author.username, isBot: author.bot === true || event.webhook_id !== undefined },
      // A thread is a channel of its own, so that the answer goes there by itself.
      conversationId: event.channel_id,
      chatType: isGroup ? 'group' : 'direct',
      content: plainText(content, event),
      timestamp: Date.parse(event.timestamp),
      ...(isGroup ? { mentionsMe: mentions.some(({ id }) => id === myId) || event.referenced_message?.author?.id === myId } : {}),
    },
  };
};

/** Discord's marks of people, channels and pictures, as people read them: https://discord.com/developers/docs/reference#message-formatting */
const plainText = (content: string, { mentions = [], mention_channels: channels = [] }: MessageEvent): string =>
  content
    .replace(/<@!?(\d+)>/g, (mark, id: string) => {
      const user = mentions.find((one) => one.id === id);
      return user ? `@${user.global_name || user.username}` : mark;
    })
    .replace(/<#(\d+)>/g, (mark, id: string) => {
      const channel = channels.find((one) => one.id === id);
      return channel ? `#${channel.name}` : mark;
    })
    .replace(/<a?(:\w+:)\d+>/g, '$1');
