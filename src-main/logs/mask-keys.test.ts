import { describe, expect, it } from 'vitest';
import { masked, maskKeys } from './mask-keys.ts';

const jwt = (claims: object): string =>
  ['{"alg":"HS256","typ":"JWT"}', JSON.stringify(claims)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
    .concat(`.${'x'.repeat(43)}`);

describe('a key in a message', () => {
  it.each([
    `sk-proj-${'aB3'.repeat(20)}`,
    `sk-ant-api03-${'x_-9'.repeat(20)}`,
    `ghp_${'a1'.repeat(18)}`,
    `github_pat_${'a1'.repeat(30)}`,
    `glpat-${'a1'.repeat(12)}`,
    `xoxb-123456789012-${'aB'.repeat(10)}`,
    `AIza${'x'.repeat(35)}`,
    `AKIA${'A1'.repeat(8)}`,
    `ock_${'a'.repeat(43)}`,
    `-----BEGIN RSA PRIVATE KEY-----\n${'MIIE\n'.repeat(20)}-----END RSA PRIVATE KEY-----`,
    jwt({ iss: 'openclaw', sub: 't' }),
  ])('is taken out: %s', (key) => {
    expect(maskKeys(`用 ${key}, please`)).toBe(`用 ${masked}, please`);
    expect(maskKeys(`KEY="${key}"`)).toBe(`KEY="${masked}"`);
  });

  it.each([
    'sk-learn-pipeline-tutorial-for-beginners',
    'const session = ses_id; ock_x',
    'git commit abcdef0123456789abcdef0123456789abcdef01',
    'xoxo-with-love-from-all-of-us-here',
    jwt({ iss: 'https://example.com', sub: 'u' }),
    'class AIzawa {}',
  ])('is not what is none: %s', (text) => expect(maskKeys(text)).toBe(text));
});
