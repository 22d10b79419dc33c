/**
 * Takes secrets out of text before it is logged or shown: our own credentials, bearer headers, and keys in
 * the shapes that providers give out. A pattern is enough here, since nothing decides by it.
 */
const patterns: readonly RegExp[] = [
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g,
  /\bock_[A-Za-z0-9_-]{20,}/g,
  /\bses_[A-Za-z0-9_-]{20,}/g,
  /\b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}/g,
  /\b(?:ghp|gho|ghs|ghu|github_pat|glpat|xox[abprs])[_-][A-Za-z0-9_-]{16,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  /\b(?<=(?:bearer|basic) )[A-Za-z0-9._~+/=-]{12,}/gi,
  // Not the backslash: in JSON it guards the quote behind it.
  /(?<=x-openclaw-pin\\?["']?\s*[:=,]\s*\\?["']?)[^\s"',\\]+/gi,
  /(?<=[?&](?:ticket|sessionId|token|key|api_key|access_token)=)[^&\s"'\\]+/gi,
];

/** Every secret above has one of these in it; most lines have none, and are spared the patterns. */
const cues = /eyJ|ock_|ses_|[spr]k-|gh[posu][_-]|github_pat|glpat|xox|AIza|AKIA|claw-pin|[?&]\w+=|(?:bearer|basic) /i;

/** The text with every secret replaced by `[redacted]`. */
export const redact = (text: string): string => {
  if (!cues.test(text)) return text;
  let out = text;
  for (const pattern of patterns) out = out.replace(pattern, '[redacted]');
  return out;
};

/** Every text in a JSON value, at any depth: after JSON.stringify a pattern could take what ends a string or an object. */
export const redactIn = (value: unknown): unknown => {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(redactIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, isPin.test(key) ? '[redacted]' : redactIn(inner)]));
};

const isPin = /x-openclaw-pin/i;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Control and bidi characters as `\\u….`, so that no log line can forge another or turn itself around. Line ends and tabs stay. */
export const escapeControls = (text: string): string =>
  controls.test(text)
    ? text.replace(
        /(?![\n\t])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    : text;
