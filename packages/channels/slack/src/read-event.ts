import type { InboundAction, InboundMessage } from '@openclaw/plugin-sdk';

/** `message` and `app_mention`, as far as we read them. */
export type MessageEvent = {
  readonly type: string;
  readonly subtype?: string;
  readonly channel?: string;
  readonly user?: string;
  readonly bot_id?: string;
  /** Of a bot. */
  readonly username?: string;
  readonly text?: string;
  readonly ts?: string;
  readonly thread_ts?: string;
  readonly files?: readonly SlackFile[];
};

/** https://docs.slack.dev/reference/objects/file-object, as far as we read it. */
export type SlackFile = {
  readonly id?: string;
  readonly name?: string | null;
  readonly mimetype?: string;
  /** `check_file_info`: it is in another workspace, and here is nothing but its id. */
  readonly file_access?: string;
  readonly url_private_download?: string;
};

export type Me = { readonly user_id: string; readonly bot_id?: string };
export type Heard = { readonly message: Omit<InboundMessage, 'attachments'>; readonly files: readonly SlackFile[] };

const spoken = new Set([undefined, 'file_share', 'thread_broadcast', 'bot_message', 'me_message']);

/** @returns null for our own words, and for notices */
export const readMessage = (event: MessageEvent, me: Me): Heard | null => {
  const from = event.user ?? event.bot_id;
  if (!event.channel || !event.ts) return null;
  if (from === undefined || event.user === me.user_id || (me.bot_id !== undefined && event.bot_id === me.bot_id)) return null;
  if ((event.type !== 'message' && event.type !== 'app_mention') || !spoken.has(event.subtype)) return null;
  const files = event.files ?? [];
  const text = event.text ?? '';
  if (text === '' && files.length === 0) return null;
  const isGroup = !isDirect(event.channel);
  return {
    files,
    message: {
      // A mention comes as two events: they are one message.
      id: `${event.channel}:${event.ts}`,
      from: { id: from, ...(event.username ? { name: event.username } : {}), isBot: event.bot_id !== undefined },
      conversationId: event.channel,
      chatType: isGroup ? 'group' : 'direct',
      content: plainText(text),
      timestamp: Math.round(Number(event.ts) * 1000),
      ...(event.thread_ts ? { threadId: event.thread_ts } : {}),
      ...(isGroup ? { mentionsMe: event.type === 'app_mention' || text.includes(`<@${me.user_id}>`) } : {}),
    },
  };
};

/** `D…`: between two. A mention does not say of what type its channel is, a command neither. */
const isDirect = (channel: string): boolean => channel.startsWith('D');

/** Slack's marks of links, people and times, as people read them: https://docs.slack.dev/messaging/formatting-message-text. */
const plainText = (text: string): string =>
  text
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(
      /<([@#!])([^|>]+)(?:\|([^>]*))?>/g,
      (_, kind: string, id: string, name?: string) => `${kind === '#' ? '#' : '@'}${(name || id).replace(/^[@#]/, '')}`,
    )
    .replace(/<([^|>]+)\|([^>]*)>/g, (_, url: string, label: string) => (url.endsWith(label) ? label : `${label} (${url})`))
    .replace(/<((?:https?|mailto|tel):[^>]+)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** A command is said by one, and answered to that one: `channel!user` is where such an answer goes. */
export const readCommand = (command: Readonly<Record<string, string | undefined>>): InboundMessage | null => {
  const { trigger_id: id, user_id: user, user_name: name, channel_id: channel, text = '' } = command;
  if (!id || !user || !channel || text.trim() === '') return null;
  return {
    ...{ id, from: { id: user, ...(name ? { name } : {}) }, conversationId: `${channel}!${user}`, content: plainText(text) },
    ...(isDirect(channel) ? { chatType: 'direct' } : { chatType: 'group', mentionsMe: true }),
  };
};

export type Press = { readonly action: InboundAction; readonly respondTo: string | undefined };

export const readPress = (payload: unknown): Press | null => {
  const {
    type,
    user,
    channel,
    actions,
    response_url: respondTo,
  } = payload as {
    readonly type?: string;
    readonly user?: { readonly id: string; readonly name?: string; readonly username?: string };
    readonly channel?: { readonly id: string };
    readonly actions?: readonly { readonly action_id?: string }[];
    readonly response_url?: string;
  };
  const actionId = actions?.[0]?.action_id;
  if (type !== 'block_actions' || !actionId || !user) return null;
  const name = user.name ?? user.username;
  const from = { id: user.id, ...(name ? { name } : {}) };
  return { action: { actionId, from, ...(channel ? { conversationId: channel.id } : {}) }, respondTo };
};
