import type { InboundAction, InboundMessage } from '@openclaw/plugin-sdk';

type File = { readonly name: string; readonly type: string; readonly data: Uint8Array };
type Heard = Omit<InboundMessage, 'attachments' | 'raw'> & { readonly files: readonly File[] };

/** What a program posts. */
export type Call = { readonly message: Heard } | { readonly action: InboundAction } | { readonly problem: string };

/** @param signedId what the signature vouches for: then the message has no other id */
export const readCall = (text: string, signedId: string | null): Call => {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return { problem: 'The body is no JSON.' };
  }
  if (typeof said !== 'object' || said === null) return { problem: 'The body is no JSON object.' };
  const { id, from, name, bot, text: content, action, to, group, mention, threadId, time, files = [] } = said as Record<string, unknown>;
  if (!isText(from)) return { problem: '`from`, who says it, has to be a text.' };
  const peer = { id: from, ...(isText(name) ? { name } : {}), isBot: bot === true };
  const place = isText(to) ? { conversationId: to } : {};
  if (isText(action)) return { action: { actionId: action, from: peer, ...place } };
  const known = signedId ?? id;
  if (!isText(known)) return { problem: '`id` has to be a text of your own for each message, the same when you send it again.' };
  if (typeof content !== 'string') return { problem: '`text` has to be a text.' };
  if (!Array.isArray(files) || !files.every(isFile)) return { problem: '`files` is a list of { name, type, base64 }.' };
  return {
    message: {
      id: known,
      from: peer,
      content,
      chatType: group === true ? 'group' : 'direct',
      ...place,
      ...(group === true ? { mentionsMe: mention === true } : {}),
      ...(isText(threadId) ? { threadId } : {}),
      ...(typeof time === 'number' ? { timestamp: time } : {}),
      files: files.map((file) => ({ name: file.name, type: file.type, data: new Uint8Array(Buffer.from(file.base64, 'base64')) })),
    },
  };
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isFile = (value: unknown): value is { name: string; type: string; base64: string } => {
  const { name, type, base64 } = (value ?? {}) as Record<string, unknown>;
  return isText(name) && isText(type) && typeof base64 === 'string';
};
