import { ChannelError } from '@openclaw/plugin-sdk';
import { ImapFlow } from 'imapflow';
import { imapError } from './errors.ts';
import type { Mailbox } from './mailbox.ts';

const createClient = ({ imap: { host, port, secure, startTls }, login }: Pick<Mailbox, 'imap' | 'login'>, verifyOnly: boolean): ImapFlow =>
  new ImapFlow({
    ...{ host, port, secure, doSTARTTLS: startTls, auth: { ...login }, verifyOnly, logger: false, disableAutoIdle: true },
    ...{ connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 60_000, maxIdleTime: 5 * 60_000 },
    clientInfo: { name: 'OpenClaw' },
  });

/** Signs in, lets `work` do its work, and lets go. Rejects when the connection is lost. @throws ChannelError */
export const withImap = async (
  mailbox: Pick<Mailbox, 'imap' | 'login'>,
  signal: AbortSignal,
  work: (client: ImapFlow) => Promise<void>,
): Promise<void> => {
  const client = createClient(mailbox, false);
  const close = (): void => client.close();
  signal.addEventListener('abort', close);
  const lost = new Promise<never>((_, reject) => {
    client.on('error', reject);
    client.on('close', () => reject(new ChannelError('NETWORK', 'The IMAP server has closed the connection.')));
  });
  lost.catch(() => undefined);
  try {
    await client.connect();
    await Promise.race([work(client), lost]);
  } catch (thrown) {
    throw imapError(thrown);
  } finally {
    signal.removeEventListener('abort', close);
    client.close();
  }
};

/** Whether the server answers, and takes the credentials. @throws ChannelError */
export const verifyImap = async (mailbox: Pick<Mailbox, 'imap' | 'login'>): Promise<void> => {
  const client = createClient(mailbox, true);
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (thrown) {
    throw imapError(thrown);
  } finally {
    client.close();
  }
};
