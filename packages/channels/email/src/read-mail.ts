import type { InboundMessage } from '@openclaw/plugin-sdk';
import { addressParser, type Email, type Attachment as MailPart } from 'postal-mime';
import { whyAutomatic } from './automatic.ts';
import { type Mailbox, unverifiedPrefix } from './mailbox.ts';
import { ownWords, textOfHtml } from './own-words.ts';
import type { Thread } from './threads.ts';
import { isVerified } from './verified.ts';

export type MailFile = { readonly name: string; readonly type: string; readonly data: Uint8Array };
export type Heard = { readonly message: Omit<InboundMessage, 'attachments'>; readonly files: readonly MailFile[]; readonly thread: Thread };

const mostText = 100_000;
const mostFiles = 20;

/** @param key names the mail where it has no Message-ID @returns why it is left unanswered, else what was said */
export const readMail = (
  mail: Email,
  key: string,
  { address, authservId, unverified }: Pick<Mailbox, 'address' | 'authservId' | 'unverified'>,
): Heard | { readonly skipped: string } => {
  const sender = senderOf(mail);
  if (!sender) return { skipped: 'not one sender' };
  if (sender.address === address.toLowerCase()) return { skipped: 'sent by ourselves' };
  const automatic = whyAutomatic(mail, sender.address);
  if (automatic !== null) return { skipped: automatic };
  const domain = sender.address.slice(sender.address.lastIndexOf('@') + 1);
  const verified = unverified === 'trust' || (authservId !== null && isVerified(mail.headers, authservId, domain));
  if (!verified && unverified === 'ignore') return { skipped: 'a sender who is not verified' };

  const id = idsIn(mail.messageId)[0] ?? key;
  const earlier = [...idsIn(mail.references), ...idsIn(mail.inReplyTo).slice(0, 1)];
  const subject = oneLine(mail.subject ?? '');
  return {
    files: mail.attachments.slice(0, mostFiles).map(fileOf),
    thread: { subject, references: [...new Set([...earlier, id])] },
    message: {
      id,
      from: { id: verified ? sender.address : `${unverifiedPrefix}${sender.address}`, ...(sender.name ? { name: sender.name } : {}) },
      chatType: 'direct',
      threadId: earlier[0] ?? id,
      content: wordsOf(mail, subject, earlier.length > 0),
    },
  };
};

/** One From with one address; whatever else there may be, nobody can tell who it was. */
const senderOf = ({ headers }: Email): { readonly address: string; readonly name: string } | null => {
  const lines = headers.filter(({ key }) => key === 'from');
  const [mailbox, ...more] = lines.length === 1 ? addressParser(lines[0]?.value ?? '', { flatten: true }) : [];
  const address = mailbox?.address?.trim().toLowerCase() ?? '';
  return more.length === 0 && /^[^@\s<>,;:"]+@[^@\s<>,;:"]+$/.test(address) ? { address, name: oneLine(mailbox?.name ?? '') } : null;
};

/** In a new thread the subject is often the question. */
const wordsOf = ({ text, html }: Email, subject: string, isReply: boolean): string => {
  const written = (text?.trim() ? text : html ? textOfHtml(html) : '').replaceAll('\r\n', '\n').slice(0, mostText);
  return isReply ? ownWords(written) : [subject, written.trim()].filter(Boolean).join('\n\n');
};

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300);

const idsIn = (value = ''): readonly string[] => value.match(/<[^<>\s]{1,250}>/g) ?? [];

const fileOf = ({ filename, mimeType, content }: MailPart): MailFile => ({
  name: (filename ?? '').replace(/^.*[/\\]/, '') || 'file',
  type: mimeType,
  data: typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content),
});
