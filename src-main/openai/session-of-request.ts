import { createHash } from 'node:crypto';
import { AppError } from '../../src-shared/app-error.ts';
import { sessionNameSchema, sessionRefSchema } from '../../src-shared/models/ids.ts';

const header = 'x-openclaw-session';

/**
 * The session that a request is kept in, or null where nothing of it is kept. The header takes whatever `sessionId`
 * takes elsewhere; `user` is a name and nothing else, and one that is no session name stands for itself as a hash.
 *
 * @throws AppError BAD_REQUEST
 */
export const sessionOfRequest = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  user: string | null | undefined,
): string | null => {
  const ref = headers[header];
  if (ref !== undefined) {
    const parsed = sessionRefSchema.safeParse(ref);
    if (parsed.success) return parsed.data;
    throw new AppError('BAD_REQUEST', { message: `X-OpenClaw-Session: ${parsed.error.issues[0]?.message ?? 'not a session'}` });
  }
  if (user === undefined || user === null || user === '') return null;
  return sessionNameSchema.safeParse(user).success ? user : `user:${createHash('sha256').update(user).digest('base64url')}`;
};
