import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../src-shared/app-error.ts';

/**
 * `X-OpenClaw-Pin`, or null. Headers carry ASCII only and a passphrase may be in any script, so it is always
 * percent-encoded UTF-8 (`encodeURIComponent`); digits stand as they are.
 *
 * @throws AppError BAD_REQUEST
 */
export const readPin = (headers: IncomingHttpHeaders): string | null => {
  const text = headers['x-openclaw-pin'];
  if (typeof text !== 'string' || text === '') return null;
  try {
    if (/^[\x21-\x7e]+$/.test(text)) return decodeURIComponent(text);
  } catch {
    // Said below.
  }
  throw new AppError('BAD_REQUEST', { message: 'X-OpenClaw-Pin is not percent-encoded UTF-8.', hint: 'Send encodeURIComponent(pin).' });
};
