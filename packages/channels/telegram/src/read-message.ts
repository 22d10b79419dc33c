import type { InboundMessage } from '@openclaw/plugin-sdk';
import type { MessageEntity, Message as TelegramMessage, User } from 'grammy/types';

/** A file as Telegram names it. */
export type FileToFetch = { readonly fileId: string; readonly name: string; readonly type: string; readonly size: number | undefined };
export type Heard = { readonly message: Omit<InboundMessage, 'attachments'>; readonly files: readonly FileToFetch[] };

/** What somebody said; null for what is not said by anyone, such as "has joined the group". */
export const readMessage = (message: TelegramMessage, me: User): Heard | null => {
  const { from, chat } = message;
  if (!from || from.id === me.id) return null;
  const text = message.text ?? message.caption ?? message.sticker?.emoji ?? '';
  const files = filesOf(message);
  if (text === '' && files.length === 0) return null;
  const isGroup = chat.type === 'group' || chat.type === 'supergroup';
  return {
    files,
    message: {
      // Messages are counted in each chat on its own.
      id: `${chat.id}:${message.message_id}`,
      from: {
        id: String(from.id),
        name: [from.first_name, from.last_name].filter(Boolean).join(' ') || `${from.id}`,
        isBot: from.is_bot === true,
      },
      conversationId: String(chat.id),
      chatType: isGroup ? 'group' : chat.type === 'channel' ? 'channel' : 'direct',
      content: text,
      timestamp: message.date * 1000,
      ...(message.is_topic_message && message.message_thread_id !== undefined ? { threadId: String(message.message_thread_id) } : {}),
      ...(isGroup ? { mentionsMe: speaksTo(me, message, text) } : {}),
    },
  };
};

const speaksTo = (me: User, message: TelegramMessage, text: string): boolean =>
  message.reply_to_message?.from?.id === me.id ||
  (message.entities ?? message.caption_entities ?? []).some((entity) => names(me, entity, text));

const names = ({ id, username }: User, entity: MessageEntity, text: string): boolean => {
  if (entity.type === 'text_mention') return entity.user.id === id;
  if (entity.type !== 'mention' && entity.type !== 'bot_command') return false;
  const word = text.slice(entity.offset, entity.offset + entity.length).toLowerCase();
  return username !== undefined && word.endsWith(`@${username.toLowerCase()}`);
};

const filesOf = (message: TelegramMessage): readonly FileToFetch[] => {
  const { document, audio, voice, video, video_note: round, animation, photo } = message;
  if (audio) return [one(audio.file_id, audio.file_name ?? audio.title, audio.mime_type ?? 'audio/mpeg', audio.file_size)];
  // An animation stands there as a document too.
  const file = animation ?? document ?? video;
  if (file) return [one(file.file_id, file.file_name, file.mime_type ?? 'application/octet-stream', file.file_size)];
  if (voice) return [one(voice.file_id, 'voice.ogg', voice.mime_type ?? 'audio/ogg', voice.file_size)];
  if (round) return [one(round.file_id, 'video.mp4', 'video/mp4', round.file_size)];
  // The last one is the largest.
  const largest = photo?.at(-1);
  return largest ? [one(largest.file_id, 'photo.jpg', 'image/jpeg', largest.file_size)] : [];
};

const one = (fileId: string, name: string | undefined, type: string, size: number | undefined): FileToFetch => ({
  ...{ fileId, name: name || `file.${type.split('/')[1] ?? 'bin'}`, type, size },
});
