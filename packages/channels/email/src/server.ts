/** A mail server as the user writes it: `imaps://` and `smtps://` are TLS from the first byte, the others by STARTTLS. */
export type Server = {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** STARTTLS is demanded. Without any is only what stays on this computer, such as a bridge of a mail provider. */
  readonly startTls: boolean;
};

const ports: Readonly<Record<string, number>> = { 'imap:': 143, 'imaps:': 993, 'smtp:': 587, 'smtps:': 465 };

/** @returns null where it is no address of such a server */
export const serverOf = (address: string | undefined, kind: 'imap' | 'smtp'): Server | null => {
  if (address === undefined || !URL.canParse(address)) return null;
  const { protocol, hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = protocol === `${kind}s:`;
  if (host === '' || !(secure || protocol === `${kind}:`)) return null;
  const staysHere = host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
  return { host, port: Number(port) || (ports[protocol] ?? 0), secure, startTls: !secure && !staysHere };
};
