import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * A Session ID (`ses_` + 43 base64url characters) is a credential: 16 random bytes, which are the session's
 * handle, and 16 bytes of HMAC over them under the signing key. So it needs no row of its own, cannot be made
 * from a handle by anyone else, and ends with the key. The handle alone (22 characters) is just a name.
 */

const domain = 'openclaw session id\0';

export const toSessionId = (handle: string, key: Buffer): string => {
  const bytes = Buffer.from(handle, 'base64url');
  return `ses_${Buffer.concat([bytes, mac(bytes, key)]).toString('base64url')}`;
};

/** The handle inside, or null where the text is not a Session ID of ours. */
export const fromSessionId = (text: string, key: Buffer): string | null => {
  if (!/^ses_[A-Za-z0-9_-]{43}$/.test(text)) return null;
  const bytes = Buffer.from(text.slice(4), 'base64url');
  const handle = bytes.subarray(0, 16);
  return timingSafeEqual(bytes.subarray(16), mac(handle, key)) ? handle.toString('base64url') : null;
};

const mac = (bytes: Buffer, key: Buffer): Buffer => createHmac('sha256', key).update(domain).update(bytes).digest().subarray(0, 16);
