import { createHash } from 'node:crypto';
import { ChannelError, type Message } from '@openclaw/plugin-sdk';
import { calmHtml, lexCalmly } from '@openclaw/plugin-sdk/kit';
import { Lexer, Marked, type Token } from 'marked';
import type { SendMailOptions } from 'nodemailer';
import { type Mailbox, unverifiedPrefix } from './mailbox.ts';
import type { MailFile } from './read-mail.ts';
import type { Thread } from './threads.ts';

/** One address, or nobody: what an agent names must not become a list of people. */
export const addressOf = (to: string): string => {
  const address = to.startsWith(unverifiedPrefix) ? to.slice(unverifiedPrefix.length) : to;
  if (/^[^@\s<>,;:"]+@[^@\s<>,;:"]+$/.test(address)) return address.toLowerCase();
  throw new ChannelError('PEER', `"${to}" is no mail address.`);
};

/** A mail in its thread, as text and, where it is Markdown, as HTML too. Programs that answer by themselves are asked not to. */
export const toMail = (
  to: string,
  { content, format = 'markdown', threadId, replyTo, idempotencyKey }: Message,
  { mailbox: { address, name }, thread, files }: { mailbox: Mailbox; thread: Thread | null; files: readonly MailFile[] },
): SendMailOptions & { readonly messageId: string } => {
  const references = [...new Set([threadId, ...(thread?.references ?? []), replyTo].filter((id) => id !== undefined))];
  const last = replyTo ?? references.at(-1);
  return {
    from: name ? { name, address } : address,
    to: { name: '', address: to },
    subject: thread ? answerTo(thread.subject) : subjectOf(content),
    // The same for each try, so that many mail programs show a second one with the first.
    messageId: `<${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32)}@${address.slice(address.lastIndexOf('@') + 1)}>`,
    ...(last === undefined ? {} : { inReplyTo: last, references }),
    headers: { 'Auto-Submitted': last === undefined ? 'auto-generated' : 'auto-replied', 'X-Auto-Response-Suppress': 'All' },
    text: content,
    ...(format === 'markdown' ? { html: htmlOf(content) } : {}),
    attachments: files.map(({ name: filename, type, data }) => ({
      ...{ filename, contentType: type, content: Buffer.from(data.buffer, data.byteOffset, data.byteLength) },
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
};

const answerTo = (subject: string): string => (/^(re|aw|sv|antw|回复|答复)\s*[:：]/i.test(subject) ? subject : `Re: ${subject}`);

const subjectOf = (content: string): string => {
  const line =
    /\S[^\n]*/
      .exec(content)?.[0]
      .replace(/[*_#`>]/g, '')
      .trim() ?? '';
  return line.length > 70 ? `${line.slice(0, 69)}…` : line || '…';
};

/** HTML in Markdown is text; a picture is a link, or opening the mail would tell its server. */
const htmlOf = (content: string): string =>
  `<div dir="auto">${marked.parser(lexCalmly<Token>(new Lexer(marked.defaults), content)).trim()}</div>`;

const marked = new Marked({ gfm: true, breaks: true, renderer: calmHtml });
