import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** Signs what we post, and knows what is signed by the same secret. */
export type Signer = {
  readonly sign: (id: string, body: string) => Readonly<Record<string, string>>;
  /** @returns the id that the signature vouches for, `null` where it vouches for none @throws Error that says why it does not hold */
  readonly verify: (headers: Readonly<Record<string, string>>, body: string) => string | null;
};

/** https://www.standardwebhooks.com: id, time and body; five minutes old at most. */
const standard = (secret: string): Signer => {
  const webhook = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(new TextEncoder().encode(secret), { format: 'raw' });
  return {
    sign: (id, body) => {
      const now = new Date();
      return {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': webhook.sign(id, now, body),
      };
    },
    verify: (headers, body) => {
      webhook.verify(body, { ...headers }, { jsonParse: false });
      return headers['webhook-id'] ?? null;
    },
  };
};

/** The body alone, in hex, with or without `sha256=` before it. */
const hmac = (secret: string, header: string): Signer => {
  const digest = (body: string): string => createHmac('sha256', secret).update(body).digest('hex');
  return {
    sign: (_id, body) => ({ [header]: `sha256=${digest(body)}` }),
    verify: (headers, body) => {
      const given = headers[header]?.replace(/^sha256=/, '').toLowerCase();
      if (given === undefined) throw new Error(`No header ${header}`);
      if (!same(given, digest(body))) throw new Error('No matching signature found');
      return null;
    },
  };
};

/** Takes the same time wherever the two differ. */
const same = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());

export type SignerConfig = { readonly signature?: 'standard' | 'hmac-sha256'; readonly header?: string };

/** @throws Error where the secret is not one */
export const createSigner = (secret: string, { signature = 'standard', header = 'X-Signature-256' }: SignerConfig): Signer =>
  signature === 'standard' ? standard(secret) : hmac(secret, header.toLowerCase());
