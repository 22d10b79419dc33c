import type { Email } from 'postal-mime';

const robots = /^(mailer-daemon|postmaster|bounces?|no-?_?reply|do-?_?not-?_?reply)([-+._].*)?$/i;

/**
 * Why nobody waits for an answer to it, or an answer would be answered by a program, for ever.
 * https://www.rfc-editor.org/rfc/rfc3834#section-2
 *
 * @returns null where a person seems to have written to us
 */
export const whyAutomatic = ({ headers }: Pick<Email, 'headers'>, address: string): string | null => {
  const all = (name: string): readonly string[] => headers.filter(({ key }) => key === name).map(({ value }) => value.trim());
  const has = (name: string, pattern: RegExp): boolean => all(name).some((value) => pattern.test(value));
  if (all('auto-submitted').some((value) => !/^no\b/i.test(value))) return 'Auto-Submitted';
  if (has('precedence', /^(bulk|list|junk|auto_reply)\b/i)) return 'Precedence';
  const lists = ['list-id', 'list-post', 'list-unsubscribe', 'list-help', 'mailing-list'];
  if (lists.some((name) => all(name).length > 0)) return 'a mailing list';
  if (['x-autoreply', 'x-autorespond', 'x-auto-reply'].some((name) => all(name).length > 0)) return 'X-Autoreply';
  if (has('x-auto-response-suppress', /\b(all|autoreply)\b/i)) return 'X-Auto-Response-Suppress';
  if (has('return-path', /^<\s*>$/)) return 'a bounce';
  if (has('content-type', /^multipart\/report\b/i)) return 'a report';
  return robots.test(address.slice(0, address.lastIndexOf('@'))) ? 'an address that nobody reads' : null;
};
