import type { InboundMessage } from '@openclaw/plugin-sdk';
import type { BaseMessage } from '@wecom/aibot-node-sdk';

export type FileToFetch = { readonly url: string; readonly key: string | undefined; readonly name: string; readonly type: string };
export type Heard = { readonly message: Omit<InboundMessage, 'attachments'>; readonly files: readonly FileToFetch[] };

type Media = { readonly url: string; readonly aeskey?: string };
type Item = {
  readonly msgtype: string;
  readonly text?: { readonly content: string };
  readonly voice?: { readonly content: string };
} & Readonly<Partial<Record<'image' | 'file' | 'video', Media>>>;
type Said = Item & { readonly mixed?: { readonly msg_item?: readonly Item[] } };

const itemsOf = (said: Said | undefined): readonly Item[] =>
  said?.msgtype === 'mixed' ? (said.mixed?.msg_item ?? []) : said ? [said] : [];
const textOf = (items: readonly Item[]): string =>
  items
    .map((item) => item.text?.content ?? item.voice?.content ?? '')
    .filter(Boolean)
    .join('\n');

/** WeCom tells a bot of what people say to it, and in groups only of what mentions it. @returns null for kinds that say nothing */
export const readMessage = (body: BaseMessage): Heard | null => {
  const items = itemsOf(body as Said);
  // A bot hears nothing else of a group, so what somebody points at comes with it.
  const quoted = itemsOf(body.quote as Said | undefined);
  const text = [textOf(quoted).replace(/^(?=.)/gm, '> '), textOf(items)].filter(Boolean).join('\n\n');
  const files = [...quoted, ...items].flatMap(filesOf);
  if (text === '' && files.length === 0) return null;
  const isGroup = body.chattype === 'group';
  return {
    files,
    message: {
      id: body.msgid,
      from: { id: body.from.userid },
      conversationId: isGroup && body.chatid ? body.chatid : body.from.userid,
      chatType: isGroup ? 'group' : 'direct',
      content: text,
      ...(isGroup ? { mentionsMe: true } : {}),
      ...(body.create_time ? { timestamp: body.create_time * 1000 } : {}),
    },
  };
};

const filesOf = ({ image, file, video }: Item): readonly FileToFetch[] => {
  const one = (media: Media | undefined, name: string, type: string): readonly FileToFetch[] =>
    media ? [{ url: media.url, key: media.aeskey, name, type }] : [];
  return [
    ...one(image, 'picture.jpg', 'image/jpeg'),
    ...one(file, 'file', 'application/octet-stream'),
    ...one(video, 'video.mp4', 'video/mp4'),
  ];
};
