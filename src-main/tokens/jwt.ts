import { createHmac, timingSafeEqual } from 'node:crypto';
import { SignJWT } from 'jose';
import * as z from 'zod';
import { AppError } from '../../src-shared/app-error.ts';

/**
 * JWT, HS256 only, key from our own store only. Signing is jose's; verifying is the MAC first, over the exact
 * bytes of a header that must be exactly ours, so that no header field (`alg`, `kid`, `jku`, …) is ever read.
 */

const claimsSchema = z.object({
  iss: z.literal('openclaw'),
  sub: z.string(),
  jti: z.string(),
  name: z.string(),
  scope: z.string(),
  iat: z.number(),
  exp: z.number(),
  nbf: z.number().optional(),
});
export type Claims = z.output<typeof claimsSchema>;

/** base64url of `{"alg":"HS256","typ":"JWT"}`. */
const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');

export const signToken = (
  claims: { id: string; name: string; scopes: readonly string[]; issuedAt: number; expiresAt: number },
  key: Uint8Array,
): Promise<string> =>
  new SignJWT({ name: claims.name, scope: claims.scopes.join(' ') })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('openclaw')
    .setSubject(claims.id)
    .setJti(claims.id)
    .setIssuedAt(Math.floor(claims.issuedAt / 1000))
    .setExpirationTime(Math.floor(claims.expiresAt / 1000))
    .sign(key);

/**
 * @param nowMs milliseconds since 1970
 * @throws AppError TOKEN_INVALID or TOKEN_EXPIRED
 */
export const verifyToken = (jwt: string, key: Uint8Array, nowMs: number): Claims => {
  const [head, body, mac, ...rest] = jwt.split('.');
  if (jwt.length > 8192 || head !== header || !body || !mac || rest.length > 0) throw new AppError('TOKEN_INVALID');
  const expected = createHmac('sha256', key).update(`${head}.${body}`).digest();
  const given = Buffer.from(mac, 'base64url');
  // Re-encoding refuses the other spellings that base64 decoders let pass.
  if (given.length !== expected.length || !timingSafeEqual(given, expected) || given.toString('base64url') !== mac)
    throw new AppError('TOKEN_INVALID');
  const claims = claimsSchema.safeParse(parseJson(Buffer.from(body, 'base64url').toString('utf8')));
  if (!claims.success || claims.data.sub !== claims.data.jti) throw new AppError('TOKEN_INVALID');
  if (claims.data.nbf !== undefined && claims.data.nbf * 1000 > nowMs)
    throw new AppError('TOKEN_INVALID', { message: 'The token is not valid yet.' });
  if (claims.data.exp * 1000 <= nowMs)
    throw new AppError('TOKEN_EXPIRED', { hint: 'Make a new one: openclaw token create --name … --expires-in 30d' });
  return claims.data;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
