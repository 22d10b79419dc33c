import type { Server } from './server.ts';

/** Whose mails are read and answered, and where. */
export type Mailbox = {
  readonly address: string;
  readonly name: string | undefined;
  readonly login: { readonly user: string; readonly pass: string };
  readonly imap: Server;
  readonly smtp: Server;
  readonly folder: string;
  /** What the user's own server calls itself in Authentication-Results; null where nobody has said. */
  readonly authservId: string | null;
  readonly unverified: 'ask' | 'ignore' | 'trust';
};

/** Before the address of somebody who is not verified: another person to the gateway. No address begins so. */
export const unverifiedPrefix = 'unverified:';
