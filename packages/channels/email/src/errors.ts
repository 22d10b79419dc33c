import { ChannelError } from '@openclaw/plugin-sdk';
import { asNetworkError } from '@openclaw/plugin-sdk/kit';
import type { ImapFlowError } from 'imapflow';

type SmtpFailure = { readonly code?: string; readonly responseCode?: number; readonly response?: string };

/** What nodemailer throws. Classes of replies: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1 */
export const smtpError = (thrown: unknown): ChannelError => {
  const { code, responseCode = 0, response = '' } = (thrown ?? {}) as SmtpFailure;
  const words = `The SMTP server answered: ${response.slice(0, 300)}`;
  if (responseCode >= 400 && responseCode < 500) return new ChannelError(tooMuch.test(response) ? 'RATE_LIMIT' : 'NETWORK', words);
  if (code === 'EAUTH' || responseCode === 535 || responseCode === 530)
    return new ChannelError('AUTH', responseCode ? words : 'The SMTP server offers no way to sign in that this channel knows.');
  if (responseCode >= 500) return new ChannelError('PEER', words);
  if (code === 'EENVELOPE') return new ChannelError('PEER', 'There is nobody that the mail could be sent to.');
  if (code === 'ETLS') return new ChannelError('NETWORK', 'The SMTP server does not offer STARTTLS. Try smtps:// with port 465.');
  return asNetworkError(thrown, 'The SMTP server');
};

/** Servers that limit say so with 421, 450 or 451 and words only. */
const tooMuch = /\b4\.7\.(28|\d*1)\b|rate|too (many|much|fast)|throttl|limit|频/i;

/** A sign-in may fail for a while only: https://www.rfc-editor.org/rfc/rfc5530 */
const passing = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG']);

/** What imapflow throws. */
export const imapError = (thrown: unknown): ChannelError => {
  const error = (thrown ?? {}) as ImapFlowError;
  const said = (error.responseText ?? (typeof error.response === 'string' ? error.response : '')).slice(0, 300);
  if (error.authenticationFailed) {
    if (passing.has(error.serverResponseCode ?? '')) return new ChannelError('NETWORK', `The IMAP server does not let us in now: ${said}`);
    return new ChannelError('AUTH', `The IMAP server does not take user name and password: ${said}`);
  }
  if (error.mailboxMissing) return new ChannelError('PEER', 'The mailbox has no folder of that name.');
  if (error.tlsFailed) return new ChannelError('NETWORK', 'The IMAP server does not offer STARTTLS. Try imaps:// with port 993.');
  if (error.responseStatus) return new ChannelError('NETWORK', `The IMAP server answered ${error.responseStatus}: ${said}`);
  return asNetworkError(thrown, 'The IMAP server');
};
