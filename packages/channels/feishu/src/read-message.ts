import type { InboundMessage } from '@openclaw/plugin-sdk';

type UserId = { readonly open_id?: string; readonly user_id?: string; readonly union_id?: string };

/** `im.message.receive_v1`, as far as we read it. */
export type MessageEvent = {
  readonly sender: { readonly sender_id?: UserId; readonly sender_type: string };
  readonly message: {
    readonly message_id: string;
    readonly root_id?: string;
    readonly thread_id?: string;
    readonly create_time?: string;
    readonly chat_id: string;
    readonly chat_type: string;
    readonly message_type: string;
    readonly content: string;
    readonly mentions?: readonly { readonly key: string; readonly id: UserId; readonly name: string }[];
  };
};

export type FileToFetch = { readonly key: string; readonly kind: 'image' | 'file'; readonly name: string; readonly type: string };
export type Heard = { readonly message: Omit<InboundMessage, 'attachments'>; readonly files: readonly FileToFetch[] };

/** @returns null for what is not to be answered: our own words, and kinds that say nothing */
export const readMessage = ({ sender, message }: MessageEvent, myId: string): Heard | null => {
  const from = sender.sender_id?.open_id ?? sender.sender_id?.user_id;
  if (from === undefined || from === myId) return null;
  const { text, files } = readContent(message.message_type, message.content);
  if (text === '' && files.length === 0) return null;
  const mentions = message.mentions ?? [];
  const isGroup = message.chat_type !== 'p2p';
  return {
    files,
    message: {
      id: message.message_id,
      from: { id: from, isBot: sender.sender_type !== 'user' },
      conversationId: message.chat_id,
      chatType: isGroup ? 'group' : 'direct',
      // Feishu puts keys where people are called; the longest first, for @_user_1 is in @_user_10 too.
      content: [...mentions]
        .sort((a, b) => b.key.length - a.key.length)
        .reduce((words, { key, name }) => words.replaceAll(key, `@${name}`), text),
      // An answer into a thread is an answer to the message that the thread began with.
      ...(message.thread_id ? { threadId: message.root_id || message.message_id } : {}),
      ...(isGroup ? { mentionsMe: mentions.some(({ id }) => id.open_id === myId) } : {}),
      ...(Number(message.create_time) > 0 ? { timestamp: Number(message.create_time) } : {}),
    },
  };
};

type Content = { readonly text: string; readonly files: readonly FileToFetch[] };

const readContent = (kind: string, json: string): Content => {
  const content = parse(json);
  const { text, file_key: file, image_key: image, file_name: name } = content as Readonly<Record<string, string | undefined>>;
  if (kind === 'text') return { text: text ?? '', files: [] };
  if (kind === 'post') return readPost(content);
  if (kind === 'image' && image) return { text: '', files: [picture(image)] };
  if (kind === 'audio' && file) return { text: '', files: [{ key: file, kind: 'file', name: 'voice.opus', type: 'audio/ogg' }] };
  if ((kind === 'file' || kind === 'media') && file)
    return {
      text: '',
      files: [{ key: file, kind: 'file', name: name || 'file', type: kind === 'media' ? 'video/mp4' : 'application/octet-stream' }],
    };
  return { text: '', files: [] };
};

type Piece = {
  readonly tag?: string;
  readonly text?: string;
  readonly href?: string;
  readonly user_id?: string;
  readonly image_key?: string;
  readonly file_key?: string;
};

/** A title and lines of pieces; what comes from people has them at the top, what was sent has them by language. */
const readPost = (content: Readonly<Record<string, unknown>>): Content => {
  const post = (Array.isArray(content.content) ? content : (Object.values(content)[0] ?? {})) as {
    title?: string;
    content?: readonly (readonly Piece[])[];
  };
  const lines = (post.content ?? []).map((line) =>
    line
      .map(({ tag, text = '', href, user_id: user }) =>
        tag === 'at' ? (user ?? '') : tag === 'a' && href && href !== text ? `${text} (${href})` : text,
      )
      .join(''),
  );
  return {
    text: [post.title, ...lines].filter(Boolean).join('\n'),
    files: (post.content ?? [])
      .flat()
      .flatMap(({ tag, image_key: image, file_key: file }) =>
        tag === 'img' && image ? [picture(image)] : tag === 'media' && file ? [film(file)] : [],
      ),
  };
};

const film = (key: string): FileToFetch => ({ key, kind: 'file', name: 'video.mp4', type: 'video/mp4' });
const picture = (key: string): FileToFetch => ({ key, kind: 'image', name: 'picture.png', type: 'image/png' });

const parse = (json: string): Readonly<Record<string, unknown>> => {
  try {
    return (JSON.parse(json) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
};
