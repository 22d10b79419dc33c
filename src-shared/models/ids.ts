import * as z from 'zod';

/** An agent's id, as it stands in `config.json` under `agents`. Never part of a path unless it was found in the registry. */
export const agentIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'an agent id is 1-64 of a-z, 0-9 and -');

/**
 * What a client may call its session: a name of its own choosing (`cron-job-20260306`), a gateway-made
 * Session ID (`ses_…`), or a session's handle. A name is never a credential.
 */
export const sessionRefSchema = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._:-]{1,128}$/, 'a session id is 1-128 of A-Z a-z 0-9 . _ : - and not . or ..');

/** A name that an owner may give: a reference that no Session ID and no handle can be taken for. */
export const sessionNameSchema = sessionRefSchema.refine(
  (name) => !name.startsWith('ses_') && !/^[A-Za-z0-9_-]{22}$/.test(name),
  'a name does not start with ses_ and does not look like a handle',
);

/** `msg_` and 22 base64url characters, made by the gateway: 128 random bits. */
export const messageIdSchema = z.string().regex(/^msg_[A-Za-z0-9_-]{22}$/, 'not a message id');

/** `apr_` and 22 base64url characters, made by the gateway. Names an approval; answering it needs a right of its own. */
export const approvalIdSchema = z.string().regex(/^apr_[A-Za-z0-9_-]{22}$/, 'not an approval id');

/** `upl_` and 22 base64url characters, made by the gateway. */
export const uploadIdSchema = z.string().regex(/^upl_[A-Za-z0-9_-]{22}$/, 'not an upload id');

/** Printable ASCII, as HTTP header values travel. */
export const idempotencyKeySchema = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'an Idempotency-Key is 1-255 printable ASCII characters');
