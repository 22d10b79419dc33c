import { createTransport, type SendMailOptions } from 'nodemailer';
import { smtpError } from './errors.ts';
import type { Mailbox } from './mailbox.ts';

/** A connection for each mail: servers end those that wait. @throws ChannelError */
export type Smtp = {
  /** Whether the server answers, and takes the credentials. */
  readonly verify: () => Promise<void>;
  readonly send: (mail: SendMailOptions) => Promise<void>;
};

export const createSmtp = ({ smtp: { host, port, secure, startTls }, login }: Pick<Mailbox, 'smtp' | 'login'>): Smtp => {
  const transport = createTransport({
    ...{ host, port, secure, requireTLS: startTls, ignoreTLS: !secure && !startTls, auth: { ...login } },
    ...{ connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 45_000 },
  });
  const orSmtpError = (thrown: unknown): never => {
    throw smtpError(thrown);
  };
  return {
    verify: async () => void (await transport.verify().catch(orSmtpError)),
    send: async (mail) => void (await transport.sendMail(mail).catch(orSmtpError)),
  };
};
