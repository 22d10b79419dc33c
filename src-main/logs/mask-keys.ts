/**
 * Keys in the shapes that providers give out, and our own credentials. Narrower than `redact`: what it changes is
 * what an agent works on, so nothing else in a text may look like one.
 */
const shapes: readonly RegExp[] = [
  // At least one digit: `sk-learn-pipeline-example` is a name.
  /\bsk-(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{20,}/g,
  /\b(?:ghp|gho|ghs|ghu|ghr)_[A-Za-z0-9]{30,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{30,}/g,
  /\bglpat-[A-Za-z0-9_-]{20,}/g,
  /\bxox[abprs]-(?=[A-Za-z0-9-]*\d)[A-Za-z0-9-]{20,}/g,
  /\bAIza[A-Za-z0-9_-]{35}/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  /\b(?:ock|ses)_[A-Za-z0-9_-]{43}/g,
  /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[\s\S]{20,20000}?-----END (?:[A-Z]+ )?PRIVATE KEY-----/g,
];
const cues = /sk-|gh[oprsu]_|github_pat_|glpat-|xox|AIza|AKIA|ock_|ses_|PRIVATE KEY|eyJ/;

export const masked = '[secret removed]';

/** A message without the keys that somebody pasted into it: for what is stored, and what a provider gets. */
export const maskKeys = (text: string): string => {
  if (!cues.test(text)) return text;
  let out = text;
  for (const shape of shapes) out = out.replace(shape, masked);
  return out.replace(/\beyJ[A-Za-z0-9_-]{8,200}\.(eyJ[A-Za-z0-9_-]{8,4000})\.[A-Za-z0-9_-]{20,200}/g, (whole, claims: string) =>
    isOurs(claims) ? masked : whole,
  );
};

/** People work on others' tokens too; ours name us. */
const isOurs = (claims: string): boolean => Buffer.from(claims, 'base64url').toString('utf8').includes('"iss":"openclaw"');
