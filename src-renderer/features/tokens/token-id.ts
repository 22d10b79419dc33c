import * as z from 'zod';

const claimsSchema = z.object({ jti: z.string() });

/** Which token a JWT is; null for what is none. Its signature is the gateway's business. */
export const tokenIdOf = (jwt: string | null): string | null => {
  const [, payload] = jwt?.split('.') ?? [];
  if (payload === undefined) return null;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (unit) => unit.charCodeAt(0));
    return claimsSchema.parse(JSON.parse(new TextDecoder().decode(bytes))).jti;
  } catch {
    return null;
  }
};
