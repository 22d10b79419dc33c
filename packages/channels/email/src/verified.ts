import type { Header } from 'postal-mime';

/**
 * Whether the user's own server vouches for the domain of From: by `Authentication-Results` (RFC 8601), DMARC passed, or DKIM with
 * a signature of that domain or of one above it. Only the topmost line of that server counts: what stands further down may have come
 * with the mail.
 *
 * @param authservId what the server calls itself there; `*.example.com` is all below it
 */
export const isVerified = (headers: readonly Header[], authservId: string, domain: string): boolean => {
  const own = headers.filter(({ key }) => key === 'authentication-results').map(({ value }) => clausesOf(value));
  const [, ...results] = own.find(([id = '']) => isOf(/^[^\s;]*/.exec(id.trim())?.[0] ?? '', authservId)) ?? [];
  return results.some((result) => {
    const [, method, verdict] = /^\s*(dmarc|dkim)\s*(?:\/\s*\d+\s*)?=\s*([a-z]+)/i.exec(result) ?? [];
    if (verdict?.toLowerCase() !== 'pass') return false;
    if (method?.toLowerCase() === 'dmarc') return propertyOf(result, 'header.from') === domain;
    const signer = propertyOf(result, 'header.d') ?? propertyOf(result, 'header.i');
    return signer?.includes('.') === true && (domain === signer || domain.endsWith(`.${signer}`));
  });
};

const isOf = (id: string, expected: string): boolean => {
  const [a, b] = [id.toLowerCase(), expected.toLowerCase()];
  return b.startsWith('*.') ? a.endsWith(b.slice(1)) : a === b;
};

/** A domain, also where it stands as `@example.com` or `user@example.com`. */
const propertyOf = (result: string, name: string): string | undefined => {
  const value = new RegExp(`(?:^|\\s)${name.replace('.', '\\s*\\.\\s*')}\\s*=\\s*([^\\s]+)`, 'i').exec(result)?.[1];
  return value?.slice(value.lastIndexOf('@') + 1).toLowerCase();
};

/** What `;` parts, without comments and quotes: neither can then bring in a result of its own. */
const clausesOf = (value: string): readonly string[] => {
  const clauses = [''];
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const char = value[at] ?? '';
    if (char === '\\') at += 1;
    else if (quoted) quoted = char !== '"';
    else if (char === '"' && depth === 0) quoted = true;
    else if (char === '(') depth += 1;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth > 0) continue;
    else if (char === ';') clauses.push('');
    else clauses[clauses.length - 1] += char;
  }
  return clauses;
};
