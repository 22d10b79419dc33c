import type { Token } from '../../../src-shared/contract/rest.ts';

export type TokenState = 'active' | 'expiring' | 'expired' | 'revoked';

const expiringWithinMs = 3 * 86_400_000;

/** A console lives for hours only, and whoever uses it just signs in again: its end is nothing to warn of. */
export const stateOf = ({ revokedAt, expiresAt, kind }: Token, now: number): TokenState => {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt <= now) return 'expired';
  return kind !== 'console' && expiresAt - now < expiringWithinMs ? 'expiring' : 'active';
};

export const isAlive = (token: Token, now: number): boolean => token.revokedAt === null && token.expiresAt > now;

export type TokenFilter = 'active' | 'ended' | 'all';

/** What was revoked a moment ago stays in sight among the active ones for as long as it can be undone. */
export const passes = (token: Token, filter: TokenFilter, undoable: ReadonlyMap<string, unknown>, now: number): boolean => {
  if (filter === 'all') return true;
  const alive = isAlive(token, now);
  return filter === 'ended' ? !alive : alive || undoable.has(token.id);
};

/** By name, scope, address or id. */
export const matches = (token: Token, query: string): boolean => {
  const words = query.trim().toLowerCase();
  return [token.name, token.id, token.lastAddress ?? '', ...token.scopes].some((text) => text.toLowerCase().includes(words));
};
