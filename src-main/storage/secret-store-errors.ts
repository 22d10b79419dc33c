import { AppError } from '../../src-shared/app-error.ts';

/** How a store fails: always this code, so that callers never mistake "no answer" for "no such entry". */
export const unavailable = (message: string, hint: string, cause?: unknown): AppError =>
  new AppError('KEYCHAIN_UNAVAILABLE', { message, hint, ...(cause === undefined ? {} : { cause }) });

/** The words for a keychain that must be used and does not answer. */
export const keychainHint =
  'Unlock the keychain (on Linux: the login keyring) and try again. If it is gone for good, `openclaw token rotate` makes a new signing key and ends every token. Services and containers name a file in OPENCLAW_SECRET_FILE instead.';
