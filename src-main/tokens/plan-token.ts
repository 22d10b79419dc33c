import { createHash } from 'node:crypto';
import { AppError } from '../../src-shared/app-error.ts';
import { parseDuration } from '../../src-shared/duration.ts';
import { defaultScopes, grants, type Scope } from '../../src-shared/models/scope.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { TokenRow } from '../storage/database.ts';

export const maxLifeMs = 365 * 86_400_000;
const consoleLifeMs = 12 * 3_600_000;

export type MintRequest = {
  readonly name: string;
  /** `90s`, `15m`, `12h`, `30d`; default 30d. */
  readonly expiresIn?: string | undefined;
  readonly scopes?: readonly Scope[] | undefined;
  readonly kind?: 'bearer' | 'api-key' | undefined;
};

type Machine = { readonly clock: Clock; readonly randomBytes: RandomBytes };
/** `apiKey`: the key itself, which the row has only the hash of. */
export type TokenPlan = { readonly row: TokenRow; readonly apiKey: string | null };

/** What would be minted; decides whether it may. @throws AppError BAD_REQUEST, SCOPE_MISSING */
export const planToken = (request: MintRequest, by: Principal, machine: Machine): TokenPlan => {
  const lifeMs = parseDuration(request.expiresIn ?? '30d');
  if (lifeMs === null || lifeMs > maxLifeMs) {
    throw new AppError('BAD_REQUEST', {
      message: `"${request.expiresIn}" is not a life time for a token.`,
      hint: 'Write 90s, 15m, 12h or 30d; at most 365d.',
    });
  }
  const kind = request.kind ?? 'bearer';
  const scopes = [...new Set(request.scopes ?? (kind === 'api-key' ? (['messages'] as const) : defaultScopes))];
  if (kind === 'api-key' && scopes.some((scope) => scope !== 'messages'))
    throw new AppError('BAD_REQUEST', { message: 'An API key can carry the scope messages only.' });
  const missing = missingScope(scopes, by);
  if (missing)
    throw new AppError('SCOPE_MISSING', {
      message: `A token without scope "${missing}" cannot mint one with it.`,
      details: { scope: missing },
    });
  const apiKey = kind === 'api-key' ? `ock_${machine.randomBytes(32).toString('base64url')}` : null;
  // The console's token is a window's, not a parent: what is minted there outlives it.
  const parent = by.kind === 'bearer' ? by : null;
  const row = newRow({ name: request.name, kind, scopes, lifeMs, parent }, machine);
  return { row: apiKey === null ? row : { ...row, keyHash: hashOfKey(apiKey) }, apiKey };
};

export const planConsoleToken = (machine: Machine): TokenRow =>
  newRow({ name: 'console', kind: 'console', scopes: ['admin'], lifeMs: consoleLifeMs, parent: null }, machine);

/** A scope that the caller lacks. */
export const missingScope = (scopes: readonly Scope[], by: Principal): Scope | undefined =>
  scopes.find((scope) => !grants(by.scopes, scope));

/** SHA-256, hex: what the database keeps of an API key. */
export const hashOfKey = (apiKey: string): string => createHash('sha256').update(apiKey).digest('hex');

const newRow = (
  token: Pick<TokenRow, 'name' | 'kind' | 'scopes'> & { readonly lifeMs: number; readonly parent: Principal | null },
  { clock, randomBytes }: Machine,
): TokenRow => ({
  id: `tok_${randomBytes(12).toString('base64url')}`,
  name: token.name,
  kind: token.kind,
  scopes: token.scopes,
  createdAt: clock.now(),
  // Whole seconds, as the JWT says it. A token does not outlive the one that minted it.
  expiresAt: Math.min(Math.floor((clock.now() + token.lifeMs) / 1000) * 1000, token.parent?.expiresAt ?? Number.POSITIVE_INFINITY),
  revokedAt: null,
  lastUsedAt: null,
  requests: 0,
  lastAddress: null,
  keyHash: null,
  parentId: token.parent?.id ?? null,
});
