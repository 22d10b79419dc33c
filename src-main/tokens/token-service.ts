import { createHash } from 'node:crypto';
import { AppError } from '../../src-shared/app-error.ts';
import { parseDuration } from '../../src-shared/duration.ts';
import { defaultScopes, grants, type Scope, scopeSchema } from '../../src-shared/models/scope.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { Database, TokenRow } from '../storage/database.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { signToken, verifyToken } from './jwt.ts';
import { replaceSigningKey } from './signing-key.ts';

const maxLifeMs = 365 * 86_400_000;
const consoleLifeMs = 12 * 3_600_000;
const usesFlushMs = 5_000;
const verifiedMost = 1_000;

export type MintRequest = {
  readonly name: string;
  /** `90s`, `15m`, `12h`, `30d`; default 30d. */
  readonly expiresIn?: string | undefined;
  readonly scopes?: readonly Scope[] | undefined;
  readonly kind?: 'bearer' | 'api-key' | undefined;
};

export type Minted = { readonly row: TokenRow; readonly secret: string };

/** Tokens and API keys: mint, check, show, revoke, rotate. What it says of a token holds now, on open sockets too. */
export type TokenService = {
  /** @throws AppError TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REVOKED */
  readonly authenticate: (credential: string) => Principal;
  /** The same check for one whom a credential was seen of earlier. @throws as `authenticate` */
  readonly recheck: (principal: Principal) => Principal;
  /** Calls `end` once, when the token is revoked, the key rotated, or its time is over. */
  readonly onEnd: (principal: Principal, end: () => void) => () => void;
  /** Counts a use for the token list; cheap, written in batches. */
  readonly used: (principal: Principal, address: string) => void;
  readonly mint: (request: MintRequest, by: Principal) => Promise<Minted>;
  readonly mintConsole: () => Promise<Minted>;
  readonly list: () => readonly TokenRow[];
  readonly show: (id: string) => Promise<Minted>;
  readonly revoke: (id: string) => Promise<TokenRow>;
  /** A new signing key; ends every token and API key. Resolves to how many. */
  readonly rotate: () => Promise<number>;
  /** Told at once when a token ends before its time (`null`: all of them). */
  readonly onRevoked: (listener: (id: string | null) => void) => () => void;
  /** The current signing key, for what else is derived from it. */
  readonly key: () => Buffer;
  readonly close: () => Promise<void>;
};

type Ports = { readonly database: Database; readonly secrets: SecretStore; readonly clock: Clock; readonly randomBytes: RandomBytes };

export const createTokenService = async (ports: Ports, signingKey: Buffer): Promise<TokenService> => {
  const { database, secrets, clock, randomBytes } = ports;
  let key = signingKey;
  const rows = new Map<string, TokenRow>();
  const byKeyHash = new Map<string, string>();
  /** JWT text → token id, once its MAC has been seen to be right under the current key. */
  const verified = new Map<string, string>();
  const principals = new Map<string, Principal>();
  const uses = new Map<string, { requests: number; at: number; address: string }>();
  const revokedListeners = new Set<(id: string | null) => void>();
  let cancelFlush: (() => void) | null = null;

  const remember = (row: TokenRow): void => {
    rows.set(row.id, row);
    if (row.keyHash) byKeyHash.set(row.keyHash, row.id);
    principals.set(row.id, { id: row.id, name: row.name, kind: row.kind, scopes: new Set(row.scopes), expiresAt: row.expiresAt });
  };
  for (const row of await database.read({ op: 'token.list' })) remember(row);

  const idOf = (credential: string): string => {
    if (credential.startsWith('ock_')) {
      const id = byKeyHash.get(sha256(credential));
      if (!id) throw new AppError('TOKEN_INVALID');
      return id;
    }
    const known = verified.get(credential);
    if (known) return known;
    const claims = verifyToken(credential, key, clock.now());
    if (verified.size >= verifiedMost) verified.clear();
    verified.set(credential, claims.jti);
    return claims.jti;
  };

  const flushUses = async (): Promise<void> => {
    cancelFlush = null;
    if (uses.size === 0) return;
    const batch = [...uses].map(([id, use]) => ({ id, ...use }));
    uses.clear();
    for (const use of batch) {
      const row = rows.get(use.id);
      if (row) rows.set(row.id, { ...row, requests: row.requests + use.requests, lastUsedAt: use.at, lastAddress: use.address });
    }
    // Counters are not worth failing anything for.
    await database.write([{ op: 'token.used', uses: batch }]).catch(() => undefined);
  };

  const insert = async (row: TokenRow, secret: string, keep: boolean): Promise<Minted> => {
    // The keychain first: a row without its secret could be listed but never shown.
    if (keep) await secrets.set(secretName(row.id), secret);
    await database.write([{ op: 'token.insert', token: row }]);
    remember(row);
    return { row, secret };
  };

  const newRow = (
    name: string,
    kind: TokenRow['kind'],
    scopes: readonly Scope[],
    lifeMs: number,
    keyHash: string | null,
    by: Principal | null,
  ): TokenRow => ({
    id: `tok_${randomBytes(12).toString('base64url')}`,
    name,
    kind,
    scopes,
    createdAt: clock.now(),
    // Whole seconds, as the JWT says it.
    expiresAt: Math.floor((clock.now() + lifeMs) / 1000) * 1000,
    revokedAt: null,
    lastUsedAt: null,
    requests: 0,
    lastAddress: null,
    keyHash,
    parentId: by?.kind === 'bearer' ? by.id : null,
  });

  const jwtFor = (row: TokenRow): Promise<string> =>
    signToken({ id: row.id, name: row.name, scopes: row.scopes, issuedAt: row.createdAt, expiresAt: row.expiresAt }, key);

  const end = (id: string | null): void => {
    for (const listener of revokedListeners) listener(id);
  };

  const principalOf = (id: string): Principal => {
    const row = rows.get(id);
    const principal = principals.get(id);
    if (!row || !principal) throw new AppError('TOKEN_INVALID');
    if (row.revokedAt !== null) throw new AppError('TOKEN_REVOKED');
    if (row.expiresAt <= clock.now())
      throw new AppError('TOKEN_EXPIRED', { hint: 'Make a new one: openclaw token create --name … --expires-in 30d' });
    return principal;
  };

  return {
    authenticate: (credential) => principalOf(idOf(credential)),
    recheck: (principal) => (principal.kind === 'local' ? principal : principalOf(principal.id)),
    onEnd: (principal, end) => {
      const listener = (id: string | null): void => {
        if (id !== null && id !== principal.id) return;
        undo();
        end();
      };
      const cancelExpiry = Number.isFinite(principal.expiresAt)
        ? clock.after(Math.max(0, principal.expiresAt - clock.now()), () => listener(null))
        : null;
      const undo = (): void => {
        revokedListeners.delete(listener);
        cancelExpiry?.();
      };
      revokedListeners.add(listener);
      return undo;
    },
    used: (principal, address) => {
      if (principal.kind === 'local') return;
      const use = uses.get(principal.id) ?? { requests: 0, at: 0, address };
      use.requests += 1;
      use.at = clock.now();
      use.address = address;
      uses.set(principal.id, use);
      cancelFlush ??= clock.after(usesFlushMs, () => void flushUses());
    },
    mint: async (request, by) => {
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
      const missing = scopes.find((scope) => !grants(by.scopes, scope));
      if (missing)
        throw new AppError('SCOPE_MISSING', {
          message: `A token without scope "${missing}" cannot mint one with it.`,
          details: { scope: missing },
        });
      if (kind === 'api-key') {
        const secret = `ock_${randomBytes(32).toString('base64url')}`;
        return insert(newRow(request.name, kind, scopes, lifeMs, sha256(secret), by), secret, true);
      }
      const row = newRow(request.name, kind, scopes, lifeMs, null, by);
      return insert(row, await jwtFor(row), true);
    },
    mintConsole: async () => {
      const row = newRow('console', 'console', ['admin'], consoleLifeMs, null, null);
      await database.write([{ op: 'token.prune', expiredBefore: clock.now() - maxLifeMs }]);
      return insert(row, await jwtFor(row), false);
    },
    list: () =>
      [...rows.values()]
        .map((row) => {
          const use = uses.get(row.id);
          return use ? { ...row, requests: row.requests + use.requests, lastUsedAt: use.at, lastAddress: use.address } : row;
        })
        .sort((a, b) => b.createdAt - a.createdAt),
    show: async (id) => {
      const row = rows.get(id);
      if (!row || row.kind === 'console') throw new AppError('TOKEN_UNKNOWN');
      const secret = await secrets.get(secretName(id));
      if (secret === null)
        throw new AppError('TOKEN_UNKNOWN', { message: `The ${secrets.backend} store no longer has the token "${row.name}".` });
      return { row, secret };
    },
    revoke: async (id) => {
      const row = rows.get(id);
      if (!row) throw new AppError('TOKEN_UNKNOWN');
      const revoked = { ...row, revokedAt: row.revokedAt ?? clock.now() };
      // Acts at once, even before the disk has it; a failed write is reported and can be tried again.
      remember(revoked);
      end(id);
      await database.write([{ op: 'token.revoke', id, at: revoked.revokedAt }]);
      await secrets.delete(secretName(id)).catch(() => false);
      return revoked;
    },
    rotate: async () => {
      const ended = await rotateKeys(database, secrets, clock, async () => {
        key = await replaceSigningKey(database, secrets, randomBytes);
        verified.clear();
      });
      for (const row of [...rows.values()]) remember({ ...row, revokedAt: row.revokedAt ?? clock.now() });
      end(null);
      return ended;
    },
    onRevoked: (listener) => {
      revokedListeners.add(listener);
      return () => revokedListeners.delete(listener);
    },
    key: () => key,
    close: async () => {
      cancelFlush?.();
      await flushUses();
    },
  };
};

/** Replaces the key, then ends every token that is still alive and forgets its secret. Also the repair for a lost key. */
export const rotateKeys = async (
  database: Database,
  secrets: SecretStore,
  clock: Clock,
  replace: () => Promise<unknown>,
): Promise<number> => {
  const alive = (await database.read({ op: 'token.list' })).filter((row) => row.revokedAt === null);
  await replace();
  await database.write([{ op: 'token.revokeAll', at: clock.now() }]);
  for (const row of alive) await secrets.delete(secretName(row.id)).catch(() => false);
  return alive.length;
};

/** Scopes from the command line: separated by spaces or commas. */
export const parseScopes = (text: string): Scope[] =>
  text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) => {
      const scope = scopeSchema.safeParse(word);
      if (!scope.success)
        throw new AppError('BAD_REQUEST', { message: `"${word}" is not a scope.`, hint: `Scopes are: ${scopeSchema.options.join(' ')}` });
      return scope.data;
    });

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const secretName = (id: string): string => `token:${id}`;
