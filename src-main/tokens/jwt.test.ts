import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { signToken, verifyToken } from './jwt.ts';

const key = randomBytes(32);
const now = 1_800_000_000_000;
const good = { id: 'tok_1', name: 'test', scopes: ['messages'], issuedAt: now, expiresAt: now + 60_000 };

const b64 = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const claims = { iss: 'openclaw', sub: 'tok_1', jti: 'tok_1', name: 'x', scope: 'messages', iat: now / 1000, exp: now / 1000 + 60 };
/** A token with any header and claims, under a right MAC. */
const forge = (header: unknown, body: unknown, secret: Buffer = key): string => {
  const text = `${b64(header)}.${b64(body)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};
const header = { alg: 'HS256', typ: 'JWT' };
const codeOf = (jwt: string, at = now): string => {
  try {
    verifyToken(jwt, key, at);
    return 'ok';
  } catch (error) {
    return error instanceof AppError ? error.code : 'threw something else';
  }
};

describe('verifyToken', () => {
  it('takes what signToken made, until it expires', async () => {
    const jwt = await signToken(good, key);
    expect(jwt.startsWith('eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.')).toBe(true);
    expect(verifyToken(jwt, key, now)).toMatchObject({ iss: 'openclaw', sub: 'tok_1', jti: 'tok_1', scope: 'messages' });
    expect(codeOf(jwt, now + 59_999)).toBe('ok');
    expect(codeOf(jwt, now + 60_000)).toBe('TOKEN_EXPIRED');
  });

  const tricks: Record<string, string> = {
    nothing: '',
    'not a JWT': 'abc',
    'two parts': `${b64(header)}.${b64(claims)}`,
    'four parts': `${forge(header, claims)}.x`,
    'alg none': `${b64({ alg: 'none', typ: 'JWT' })}.${b64(claims)}.`,
    'alg none with the right MAC': forge({ alg: 'none', typ: 'JWT' }, claims),
    'alg HS512': forge({ alg: 'HS512', typ: 'JWT' }, claims),
    'alg RS256': forge({ alg: 'RS256', typ: 'JWT' }, claims),
    kid: forge({ ...header, kid: '../../dev/null' }, claims),
    jku: forge({ ...header, jku: 'https://evil.example/keys' }, claims),
    jwk: forge({ ...header, jwk: { kty: 'oct', k: b64('x') } }, claims),
    x5u: forge({ ...header, x5u: 'https://evil.example' }, claims),
    crit: forge({ ...header, crit: ['exp'] }, claims),
    'another key': forge(header, claims, randomBytes(32)),
    'empty key': forge(header, claims, Buffer.alloc(0)),
    'claims of another token': `${b64(header)}.${b64({ ...claims, scope: 'admin' })}.${forge(header, claims).split('.')[2]}`,
    'no exp': forge(header, { ...claims, exp: undefined }),
    'exp as text': forge(header, { ...claims, exp: '9999999999' }),
    'another issuer': forge(header, { ...claims, iss: 'someone' }),
    'sub is not jti': forge(header, { ...claims, sub: 'tok_2' }),
    'not valid yet': forge(header, { ...claims, nbf: now / 1000 + 10 }),
    'claims are not JSON': forge(header, 'hello'),
    'claims are null': forge(header, 'null'),
    huge: forge(header, { ...claims, name: 'x'.repeat(10_000) }),
    'padded MAC': `${forge(header, claims)}=`,
  };
  for (const [name, jwt] of Object.entries(tricks)) {
    it(`refuses: ${name}`, () => expect(codeOf(jwt)).toBe('TOKEN_INVALID'));
  }

  it('takes the same claims when nothing is wrong with them', () => expect(codeOf(forge(header, claims))).toBe('ok'));

  it('refuses every token with one character changed, and never throws anything else', async () => {
    const jwt = await signToken(good, key);
    fc.assert(
      fc.property(fc.nat(jwt.length - 1), fc.constantFrom(...'ABCxyz019-_.=+/ '), (at, char) => {
        fc.pre(jwt[at] !== char);
        expect(codeOf(jwt.slice(0, at) + char + jwt.slice(at + 1))).toBe('TOKEN_INVALID');
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void expect(codeOf(text)).toBe('TOKEN_INVALID')));
  });
});
