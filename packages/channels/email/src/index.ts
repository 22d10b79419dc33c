import { type ChannelContext, ChannelError, type ChannelPlugin, type Message, type SendReceipt } from '@openclaw/plugin-sdk';
import { verifyImap } from './imap.ts';
import { listen } from './listen.ts';
import type { Mailbox } from './mailbox.ts';
import { serverOf } from './server.ts';
import { createSmtp, type Smtp } from './smtp.ts';
import { createThreads, type Threads } from './threads.ts';
import { addressOf, toMail } from './to-mail.ts';

type Config = {
  readonly address?: string;
  readonly name?: string;
  readonly username?: string;
  readonly imap?: string;
  readonly smtp?: string;
  readonly folder?: string;
  readonly authservId?: string;
  readonly unverified?: Mailbox['unverified'];
};
type Started = { readonly ctx: ChannelContext<Config>; readonly mailbox: Mailbox; readonly smtp: Smtp; readonly threads: Threads };

/** What those call themselves in Authentication-Results, by the host of their IMAP server. */
const knownAuthserv: Readonly<Record<string, string>> = { 'imap.gmail.com': 'mx.google.com', 'imap.googlemail.com': 'mx.google.com' };

/** What large providers take of a mail is 25 MB, and in it a file is longer by a third. */
const mostFileBytes = 18 * 1024 * 1024;

/** A mailbox over IMAP and SMTP. SMTP knows no keys: what was lost on the way out may be sent twice, and says so by not being `idempotent`. */
export default class EmailChannel implements ChannelPlugin<Config> {
  readonly capabilities = { maxLength: 100_000, markdown: true, attachments: true, attachmentsWithText: mostFileBytes, threads: true };
  #started: Started | null = null;
  #listening: Promise<void> = Promise.resolve();

  async start(ctx: ChannelContext<Config>): Promise<void> {
    const mailbox = mailboxOf(ctx.config, (await ctx.secrets.get('password')) ?? '');
    if (typeof mailbox === 'string') return ctx.setStatus('needs-auth', mailbox);
    if (mailbox.authservId === null && mailbox.unverified !== 'trust')
      ctx.log.info('No sender counts as verified until "authservId" says what your mail server calls itself in Authentication-Results.');
    const started = { ctx, mailbox, smtp: createSmtp(mailbox), threads: createThreads(ctx.state) };
    this.#started = started;
    ctx.setStatus('connecting');
    this.#listening = listen(started);
  }

  async stop(): Promise<void> {
    await this.#listening;
    this.#started = null;
  }

  async health(): Promise<void> {
    const { mailbox, smtp } = this.#running();
    await Promise.all([smtp.verify(), verifyImap(mailbox)]);
  }

  async sendMessage(to: string, message: Message): Promise<SendReceipt> {
    const { ctx, mailbox, smtp, threads } = this.#running();
    const address = addressOf(to);
    const thread = message.threadId === undefined ? null : await threads.find(to, message.threadId);
    const files = await Promise.all(
      (message.attachments ?? []).map(async ({ blob, name, type }) => ({ name, type, data: await ctx.blobs.read(blob) })),
    );
    const mail = toMail(address, message, { mailbox, thread, files });
    await smtp.send(mail);
    return { id: mail.messageId };
  }

  #running(): Started {
    if (!this.#started) throw new ChannelError('AUTH', 'The channel has no address, servers and password yet.');
    return this.#started;
  }
}

/** @returns in words what is missing */
const mailboxOf = (
  { address, name, username, imap, smtp, folder = 'INBOX', authservId, unverified = 'ask' }: Config,
  pass: string,
): Mailbox | string => {
  const [receiving, sending] = [serverOf(imap, 'imap'), serverOf(smtp, 'smtp')];
  if (!address) return 'Fill in the address of the mailbox.';
  if (!receiving) return 'Fill in the IMAP server, such as imaps://imap.example.com.';
  if (!sending) return 'Fill in the SMTP server, such as smtps://smtp.example.com.';
  if (pass === '') return 'Fill in the password; many providers want an app password or authorization code.';
  return {
    ...{ address, name, folder, unverified, imap: receiving, smtp: sending },
    login: { user: username ?? address, pass },
    authservId: authservId ?? knownAuthserv[receiving.host] ?? null,
  };
};
