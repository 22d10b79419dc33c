import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { scopeSchema } from '../../src-shared/models/scope.ts';
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
    'no alg': forge({ typ: 'JWT' }, claims),
    'alg HS256, in other letters': forge({ alg: 'hs256', typ: 'JWT' }, claims),
    'fields in another order': forge({ typ: 'JWT', alg: 'HS256' }, claims),
    'header with a space': forge('{"alg": "HS256","typ":"JWT"}', claims),
    'header under a padding': `${b64(header)}=.${forge(header, claims).split('.').slice(1).join('.')}`,
    'empty header': `.${forge(header, claims).split('.').slice(1).join('.')}`,
    'empty claims': `${b64(header)}..${forge(header, '').split('.')[2]}`,
    'empty MAC': `${b64(header)}.${b64(claims)}.`,
    'another key': forge(header, claims, randomBytes(32)),
    'empty key': forge(header, claims, Buffer.alloc(0)),
    'claims of another token': `${b64(header)}.${b64({ ...claims, scope: 'admin' })}.${forge(header, claims).split('.')[2]}`,
    'no exp': forge(header, { ...claims, exp: undefined }),
    'exp null': forge(header, { ...claims, exp: null }),
    'exp without end': forge(header, JSON.stringify({ ...claims, exp: 0 }).replace('"exp":0', '"exp":1e999')),
    'exp as text': forge(header, { ...claims, exp: '9999999999' }),
    'another issuer': forge(header, { ...claims, iss: 'someone' }),
    'sub is not jti': forge(header, { ...claims, sub: 'tok_2' }),
    'nbf as text': forge(header, { ...claims, nbf: '0' }),
    'no iat': forge(header, { ...claims, iat: undefined }),
    'no jti': forge(header, { ...claims, jti: undefined }),
    'claims are a list': forge(header, [claims]),
    'not valid yet': forge(header, { ...claims, nbf: now / 1000 + 10 }),
    'claims are not JSON': forge(header, 'hello'),
    'claims are null': forge(header, 'null'),
    huge: forge(header, { ...claims, name: 'x'.repeat(10_000) }),
    'MAC in the other alphabet': otherAlphabet(forge(header, claims)),
    'MAC with bits that decoders drop': droppedBits(forge(header, claims)),
    'MAC in hex': forge(header, claims).replace(/[^.]+$/, (mac) => Buffer.from(mac, 'base64url').toString('hex')),
    'MAC cut short': forge(header, claims).slice(0, -1),
    'MAC of 64 bytes': `${b64(header)}.${b64(claims)}.${createHmac('sha512', key)
      .update(`${b64(header)}.${b64(claims)}`)
      .digest('base64url')}`,
    'blank around it': ` ${forge(header, claims)}`,
    'padded MAC': `${forge(header, claims)}=`,
  };
  for (const [name, jwt] of Object.entries(tricks)) {
    it(`refuses: ${name}`, () => expect(codeOf(jwt)).toBe('TOKEN_INVALID'));
  }

  it('takes the same claims when nothing is wrong with them', () => expect(codeOf(forge(header, claims))).toBe('ok'));

  it('says of a token whose time is over that it is, however long ago', () => {
    for (const exp of [now / 1000, 0, -1, now / 1000 - 0.5]) expect(codeOf(forge(header, { ...claims, exp }))).toBe('TOKEN_EXPIRED');
  });

  it('refuses a token with any single bit changed', async () => {
    const bytes = Buffer.from(await signToken(good, key), 'latin1');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(codeOf(flipped.toString('latin1')), `bit ${bit}`).toBe('TOKEN_INVALID');
    }
  });

  it('refuses a token that is cut short or has something behind it', async () => {
    const jwt = await signToken(good, key);
    for (let length = 0; length < jwt.length; length += 1) expect(codeOf(jwt.slice(0, length))).toBe('TOKEN_INVALID');
    fc.assert(fc.property(fc.string({ minLength: 1 }), (more) => void expect(codeOf(jwt + more)).toBe('TOKEN_INVALID')));
  });

  it('throws nothing but TOKEN_INVALID, whatever it is given', () => {
    const part = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.base64String());
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.')),
      fc.tuple(part, part).map(([body, mac]) => `${b64(header)}.${body}.${mac}`),
    );
    fc.assert(
      fc.property(anything, (text) => void expect(codeOf(text)).toBe('TOKEN_INVALID')),
      { numRuns: 1_000 },
    );
  });

  it('throws nothing but TOKEN_INVALID and TOKEN_EXPIRED, whatever stands under a right MAC', () => {
    const claim = fc.oneof(fc.jsonValue(), fc.double(), fc.constant(undefined));
    const records = fc.record(
      { exp: claim, nbf: claim, iat: claim, jti: claim, iss: claim, name: claim, scope: claim },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.string({ unit: 'binary' }),
          records.map((odd) => ({ ...claims, ...odd })),
        ),
        (body) => void expect(['ok', 'TOKEN_INVALID', 'TOKEN_EXPIRED']).toContain(codeOf(forge(header, body))),
      ),
      { numRuns: 1_000 },
    );
  });

  it('reads back what was signed, whatever the name and the scopes', async () => {
    const scopes = fc.uniqueArray(fc.constantFrom(...scopeSchema.options));
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 128 }),
        scopes,
        fc.integer({ min: 1, max: 365 * 86_400 }),
        async (name, held, life) => {
          const expiresAt = now + life * 1000;
          const jwt = await signToken({ id: 'tok_1', name, scopes: held, issuedAt: now, expiresAt }, key);
          expect(verifyToken(jwt, key, expiresAt - 1)).toEqual({ ...claims, name, scope: held.join(' '), exp: expiresAt / 1000 });
          expect(codeOf(jwt, expiresAt)).toBe('TOKEN_EXPIRED');
        },
      ),
    );
  });
});

/** The same bytes with `+` and `/`; where they have neither, with a `+` that decodes to something else. */
const otherAlphabet = (jwt: string): string => {
  const [head, body, mac = ''] = jwt.split('.');
  const other = mac.replaceAll('-', '+').replaceAll('_', '/');
  return `${head}.${body}.${other === mac ? mac.replace(/./, '+') : other}`;
};

/** 43 characters carry two bits more than 32 bytes have. */
const droppedBits = (jwt: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return jwt.slice(0, -1) + alphabet[(alphabet.indexOf(jwt.at(-1) ?? '') & ~3) | (((alphabet.indexOf(jwt.at(-1) ?? '') & 3) + 1) % 4)];
};
