import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Who writes in the box. Nothing is kept of them here: a token says who somebody is, and its signature that we said so. */
export type Visitors = {
  /** Stands in the page, for everybody to see: it only says which channel is meant. */
  readonly publicKey: string;
  readonly invite: () => { readonly visitor: string; readonly token: string };
  /** @returns the visitor's id, or null where the token is not ours or too old */
  readonly known: (token: string) => string | null;
};

const lifeDays = 90;

export const createVisitors = (secret: string, now: () => number = Date.now): Visitors => {
  const sign = (what: string): string => createHmac('sha256', secret).update(what).digest('base64url');
  const today = (): number => Math.floor(now() / 86_400_000);
  return {
    publicKey: `pk_${sign('webchat public key').slice(0, 32)}`,
    invite: () => {
      const visitor = `v_${randomBytes(16).toString('base64url')}`;
      const said = `${visitor}.${today()}`;
      return { visitor, token: `${said}.${sign(said)}` };
    },
    known: (token) => {
      const [, visitor, day, signature] = /^(v_[\w-]{22})\.(\d{1,8})\.([\w-]{43})$/.exec(token) ?? [];
      if (visitor === undefined || day === undefined || signature === undefined) return null;
      if (!timingSafeEqual(Buffer.from(signature), Buffer.from(sign(`${visitor}.${day}`)))) return null;
      return today() - Number(day) <= lifeDays ? visitor : null;
    },
  };
};
