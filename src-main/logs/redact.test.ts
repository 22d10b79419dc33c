import { describe, expect, it } from 'vitest';
import { escapeControls, redact } from './redact.ts';

const key = 'A1b2C3d4E5f6G7h8I9j0A1b2C3d4E5f6G7h8I9j0';

describe('redact', () => {
  it.each([
    `eyJhbGciOiJIUzI1NiJ9.${key}.${key}`,
    `ock_${key}`,
    `ses_${key}`,
    `sk-${key}`,
    `pk-${key}`,
    `rk-${key}`,
    ...['ghp', 'gho', 'ghs', 'ghu', 'github_pat', 'glpat', 'xoxb', 'xoxp'].flatMap((brand) => [`${brand}_${key}`, `${brand}-${key}`]),
    `AIza${key}`,
    'AKIAABCDEFGHIJKLMNOP',
  ])('takes out %s', (secret) => {
    expect(redact(`before ${secret} after`)).toBe('before [redacted] after');
  });

  it.each(['Bearer', 'bearer', 'BASIC'])('takes out what stands behind %s', (scheme) => {
    expect(redact(`Authorization: ${scheme} ${key}`)).toBe(`Authorization: ${scheme} [redacted]`);
  });

  it.each(['ticket', 'sessionId', 'token', 'key', 'API_KEY', 'access_token'])('takes out %s of an address', (name) => {
    expect(redact(`GET /ws?a=1&${name}=${key}&b=2`)).toBe(`GET /ws?a=1&${name}=[redacted]&b=2`);
  });

  it.each(['X-OpenClaw-Pin: 1234', '"x-openclaw-pin":"1234"', "['x-openclaw-pin', '1234']", JSON.stringify('{"x-openclaw-pin":"1234"}')])(
    'takes out the PIN of %s',
    (text) => {
      expect(redact(text)).toBe(text.replace('1234', '[redacted]'));
    },
  );

  it('leaves JSON what it was', () => {
    const text = JSON.stringify({ message: `GET /ws?token=${key}"x`, path: `?key=${key}\\`, more: 'rest' });
    expect(JSON.parse(redact(text))).toEqual({ message: 'GET /ws?token=[redacted]"x', path: '?key=[redacted]\\', more: 'rest' });
  });

  it('leaves what is no secret', () => {
    const text = 'turn completed trace=0123456789abcdef0123456789abcdef msg_aaaaaaaaaaaaaaaaaaaaaa tok_abcdefghijklmnop';
    expect(redact(text)).toBe(text);
  });
});

it('escapes controls and turning characters, and leaves line ends and tabs', () => {
  expect(escapeControls('a\u0000\u001b[2J\u0085\u202eb\n\tc')).toBe('a\\u0000\\u001b[2J\\u0085\\u202eb\n\tc');
});
