import type { InboundMessage } from '@openclaw/plugin-sdk';

type RichPiece = { readonly text?: string; readonly type?: string; readonly downloadCode?: string };

/** What `/v1.0/im/bot/messages/get` tells, as far as we read it. */
export type BotMessage = {
  readonly msgId: string;
  readonly msgtype: string;
  readonly conversationId: string;
  /** 1: one person, 2: a group. */
  readonly conversationType: string;
  readonly senderId: string;
  readonly senderStaffId?: string;
  readonly senderNick?: string;
  readonly chatbotUserId?: string;
  readonly isInAtList?: boolean;
  readonly createAt?: number;
  readonly text?: { readonly content?: string };
  readonly content?: {
    readonly downloadCode?: string;
    readonly fileName?: string;
    readonly recognition?: string;
    readonly richText?: readonly RichPiece[];
  };
};

export type FileToFetch = { readonly code: string; readonly name: string; readonly type: string };
export type Heard = { readonly message: Omit<InboundMessage, 'attachments'>; readonly files: readonly FileToFetch[] };

/** @returns null for our own words, and for kinds that say nothing */
export const readMessage = (said: BotMessage): Heard | null => {
  if (said.senderId === said.chatbotUserId) return null;
  const pieces = said.content?.richText ?? [];
  const text = said.text?.content ?? (said.content?.recognition || pieces.map((piece) => piece.text ?? '').join(''));
  const files = filesOf(said);
  if (text.trim() === '' && files.length === 0) return null;
  const isGroup = said.conversationType === '2';
  const from = said.senderStaffId || said.senderId;
  return {
    files,
    message: {
      id: said.msgId,
      from: { id: from, ...(said.senderNick ? { name: said.senderNick } : {}) },
      conversationId: isGroup ? said.conversationId : from,
      chatType: isGroup ? 'group' : 'direct',
      // In a group a space is left where the mention stood.
      content: isGroup ? text.trim() : text,
      ...(isGroup ? { mentionsMe: said.isInAtList !== false } : {}),
      ...(said.createAt ? { timestamp: said.createAt } : {}),
    },
  };
};

const kinds: Readonly<Record<string, readonly [name: string, type: string]>> = {
  audio: ['voice.amr', 'audio/amr'],
  picture: ['picture.jpg', 'image/jpeg'],
  video: ['video.mp4', 'video/mp4'],
  file: ['file', 'application/octet-stream'],
};

/** A voice message comes as text, and as a file only where DingTalk heard no words in it. */
const filesOf = ({ msgtype, content }: BotMessage): readonly FileToFetch[] => {
  if (content?.recognition) return [];
  const pictures = (content?.richText ?? []).flatMap(({ downloadCode: code }) =>
    code ? [{ code, name: 'picture.jpg', type: 'image/jpeg' }] : [],
  );
  const [name, type] = kinds[msgtype] ?? [];
  return content?.downloadCode && name && type ? [{ code: content.downloadCode, name: content.fileName || name, type }] : pictures;
};
