import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { FakePlatform, Refusal, SentMessage } from '@openclaw/plugin-sdk/testing';
import createImapServer, { type StoredMail } from 'hoodiecrow-imap';
import { createTransport } from 'nodemailer';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export const address = 'agent@example.com';
export const person = 'ann@example.org';
const password = 'abcd efgh ijkl mnop';
const ownServer = 'mx.example.com';
/** What a server that checks puts on top of a mail that is what it says. */
export const vouched = (domain = 'example.org'): string => `Authentication-Results: ${ownServer}; dmarc=pass header.from=${domain}\r\n`;

/** A mailbox with servers of its own: hoodiecrow for IMAP, smtp-server for SMTP. */
export const startMailServer = async () => {
  const got: Email[] = [];
  const sent: SentMessage[] = [];
  const changes = new EventTarget();
  const imapSockets = new Set<Socket>();
  let refusal: Refusal = null;
  let smtpAnswer: { readonly responseCode: number; readonly message: string } | null = null;

  const imap = createImapServer({ plugins: ['IDLE', 'SASL-IR', 'AUTH-PLAIN'], users: { [address]: { password } } });
  imap.connectionHandlers.push(({ socket }) => {
    if (!socket) return;
    if (refusal?.because === 'down') socket.destroy();
    imapSockets.add(socket);
    socket.on('close', () => imapSockets.delete(socket));
  });
  imap.outputHandlers.push((_connection, _response, description) => {
    if (description?.startsWith('UID STORE')) changes.dispatchEvent(new Event('stored'));
  });
  await new Promise<void>((resolve) => imap.listen(0, '127.0.0.1', resolve));

  const smtp = new SMTPServer({
    ...{ disabledCommands: ['STARTTLS'], allowInsecureAuth: true, logger: false, disableReverseLookup: true },
    onConnect: (_session, done) =>
      done(refusal?.because === 'down' ? Object.assign(new Error('4.3.2 Down for a while'), { responseCode: 421 }) : null),
    onAuth: ({ username, password: given }, _session, done) =>
      username === address && given === password && refusal?.because !== 'auth'
        ? done(null, { user: username })
        : done(Object.assign(new Error('5.7.8 Username and Password not accepted'), { responseCode: 535 })),
    onRcptTo: (_to, _session, done) =>
      done(smtpAnswer && Object.assign(new Error(smtpAnswer.message), { responseCode: smtpAnswer.responseCode })),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        const mail = await PostalMime.parse(Buffer.concat(chunks));
        got.push(mail);
        const threadId = mail.references?.match(/<[^>]+>/)?.[0];
        sent.push({
          to: session.envelope.rcptTo.map(({ address: to }) => to).join(),
          text: (mail.text ?? '').replace(/\n$/, ''),
          ...(threadId === undefined ? {} : { threadId }),
          files: mail.attachments.map(({ filename }) => filename ?? ''),
          fileBytes: mail.attachments.map(({ content }) => Buffer.from(content as ArrayBuffer)),
        });
        done();
      });
    },
  });
  const smtpListener = smtp.listen(0, '127.0.0.1');
  await once(smtpListener, 'listening');
  const portOf = (listening: { address(): unknown }): number => (listening.address() as AddressInfo).port;

  /** Puts a mail into the inbox, as another server would have left it. */
  const arrive = (raw: string, at = new Date()): StoredMail =>
    imap.appendMessage('INBOX', [], at, Buffer.from(raw.replace(/\r?\n/g, '\r\n')).toString('binary')).message;
  const seen = async (mail: StoredMail): Promise<void> => {
    while (!mail.flags.includes('\\Seen')) await once(changes as never, 'stored');
  };

  const platform: FakePlatform = {
    config: {
      ...{ address, authservId: ownServer },
      imap: `imap://127.0.0.1:${portOf(imap.server)}`,
      smtp: `smtp://127.0.0.1:${portOf(smtpListener as never)}`,
    },
    secrets: { password },
    to: person,
    threadId: '<root@example.org>',
    sent: () => sent,
    refuse: (next) => {
      refusal = next;
      Object.assign(imap.users, { [address]: { password: next?.because === 'auth' ? 'another' : password } });
    },
    say: async ({ id, text, from, file }) => {
      const raw = await compose({
        ...{ from: from === 'self' ? address : person, to: address, messageId: `<${id}@example.org>`, text },
        ...(from === 'bot' ? { headers: { 'Auto-Submitted': 'auto-replied' } } : {}),
        ...(file ? { attachments: [{ filename: file.name, contentType: file.type, content: Buffer.from(file.data) }] } : {}),
      });
      const mail = arrive(`${vouched(from === 'self' ? 'example.com' : undefined)}${raw}`);
      if (from === 'person') await seen(mail);
    },
    disconnect: () => {
      for (const socket of imapSockets) socket.destroy();
    },
    close: async () => {
      for (const socket of imapSockets) socket.destroy();
      await new Promise<void>((resolve) => imap.close(resolve));
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
    },
  };
  return {
    ...{ platform, got, arrive, seen, inbox: () => imap.getMailbox('INBOX') },
    answerRecipientsBy: (next: typeof smtpAnswer) => {
      smtpAnswer = next;
    },
  };
};

const compose = async (mail: object): Promise<string> => {
  const { message } = await createTransport({ streamTransport: true, buffer: true }).sendMail(mail);
  return String(message);
};
