import { AppError } from '../../src-shared/app-error.ts';
import { riskyScopes } from '../../src-shared/models/scope.ts';
import type { Pin } from '../approvals/pin.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { Database, TokenRow } from '../storage/database.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { signToken, verifyToken } from './jwt.ts';
import { hashOfKey, type MintRequest, maxLifeMs, missingScope, planConsoleToken, planToken } from './plan-token.ts';
import { createRevocations, type Revocations } from './revocations.ts';
import { replaceSigningKey } from './signing-key.ts';
import { createTokenBook } from './token-book.ts';
import { createTokenEnds, type EndCode, type TokenEnds } from './token-ends.ts';
import { openTokenSecrets } from './token-secrets.ts';
import { createTokenUses } from './token-uses.ts';

const verifiedMost = 1_000;

export type Minted = { readonly row: TokenRow; readonly secret: string };

/** Tokens and API keys: mint, check, show, revoke, rotate. What it says of a token holds now, on open sockets too. */
export type TokenService = {
  /** @throws AppError TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REVOKED */
  readonly authenticate: (credential: string) => Principal;
  /** The same check for one whom a credential was seen of earlier. @throws as `authenticate` */
  readonly recheck: (principal: Principal) => Principal;
  /** Whom the token with this id stands for. @throws as `authenticate` */
  readonly byId: (id: string) => Principal;
  /** Calls `end` once, when the token is revoked, the key rotated, or its time is over; at once if that has happened. */
  readonly onEnd: (principal: Principal, end: (code: EndCode) => void) => () => void;
  /** Told at once of every token that ends, whichever way. */
  readonly onEnded: TokenEnds['onEnded'];
  /** Counts a use for the token list; cheap, written in batches. */
  readonly used: (principal: Principal, address: string) => void;
  /** Only scopes that `by` holds; no longer than `by` lives. @throws AppError BAD_REQUEST, SCOPE_MISSING, PIN_*, KEYCHAIN_UNAVAILABLE */
  readonly mint: (request: MintRequest, by: Principal, pin: string | null) => Promise<Minted>;
  readonly mintConsole: () => Promise<Minted>;
  readonly list: () => readonly TokenRow[];
  /** @throws AppError TOKEN_UNKNOWN, SCOPE_MISSING (it can do more than `by`), PIN_*, KEYCHAIN_UNAVAILABLE */
  readonly show: (id: string, by: Principal, pin: string | null) => Promise<Minted>;
  readonly revoke: Revocations['revoke'];
  /** @throws AppError TOKEN_UNKNOWN, UNDO_OVER, SCOPE_MISSING (it can do more than `by`) */
  readonly restore: (id: string, by: Principal) => Promise<TokenRow>;
  /** A new signing key; ends every token and API key. Resolves to how many. */
  readonly rotate: () => Promise<number>;
  /** The current signing key, for what else is derived from it. */
  readonly key: () => Buffer;
  readonly close: () => Promise<void>;
};

type Ports = {
  readonly database: Database;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly pin: Pick<Pin, 'require'>;
};

export const createTokenService = async (ports: Ports, signingKey: Buffer): Promise<TokenService> => {
  const { database, clock, randomBytes, pin } = ports;
  let key = signingKey;
  const book = createTokenBook(await database.read({ op: 'token.list' }));
  const secrets = await openTokenSecrets(database, ports.secrets);
  const ends = createTokenEnds({ clock, book });
  const uses = createTokenUses({ database, clock, book });
  const revocations = createRevocations({ database, clock, book, ends, secrets });
  ends.watch();
  /** JWT text → token id, once its MAC has been seen to be right under the current key. */
  const verified = new Map<string, string>();

  const idOf = (credential: string): string => {
    if (credential.startsWith('ock_')) {
      const id = book.idOfKey(hashOfKey(credential));
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

  const principalOf = (id: string): Principal => {
    const row = book.row(id);
    const principal = book.principal(id);
    if (!row || !principal) throw new AppError('TOKEN_INVALID');
    if (row.revokedAt !== null) throw new AppError('TOKEN_REVOKED');
    if (row.expiresAt <= clock.now())
      throw new AppError('TOKEN_EXPIRED', { hint: 'Make a new one: openclaw token create --name … --expires-in 30d' });
    return principal;
  };

  const jwtFor = (row: TokenRow, signedWith: Buffer): Promise<string> =>
    signToken({ id: row.id, name: row.name, scopes: row.scopes, issuedAt: row.createdAt, expiresAt: row.expiresAt }, signedWith);

  const insert = async (row: TokenRow): Promise<void> => {
    // In memory first, so that whatever ends its parent from now on ends it too.
    book.put(row);
    try {
      await database.write([{ op: 'token.insert', token: row }]);
    } catch (error) {
      book.remove(row.id);
      throw error;
    }
    ends.watch();
  };

  const list = (): readonly TokenRow[] =>
    book
      .rows()
      .map(uses.upToDate)
      .sort((a, b) => b.createdAt - a.createdAt);

  /** Rows that nobody looks for any more. */
  const prune = async (): Promise<void> => {
    const expiredBefore = clock.now() - maxLifeMs;
    const old = book.rows().flatMap(({ id, expiresAt }) => (expiresAt < expiredBefore ? [id] : []));
    if (old.length === 0) return;
    await database.write([{ op: 'token.prune', expiredBefore }, secrets.condemn(old)]);
    for (const id of old) book.remove(id);
    void secrets.forget(old);
  };

  return {
    authenticate: (credential) => principalOf(idOf(credential)),
    recheck: (principal) => (principal.kind === 'local' ? principal : principalOf(principal.id)),
    byId: principalOf,
    onEnd: (principal, end) => {
      if (principal.kind === 'local') return () => undefined;
      try {
        principalOf(principal.id);
      } catch (thrown) {
        end(thrown instanceof AppError && thrown.code === 'TOKEN_EXPIRED' ? 'TOKEN_EXPIRED' : 'TOKEN_REVOKED');
        return () => undefined;
      }
      return ends.onEnd(principal.id, end);
    },
    onEnded: ends.onEnded,
    used: (principal, address) => {
      if (principal.kind !== 'local') uses.count(principal.id, address);
    },
    mint: async (request, by, givenPin) => {
      const { row, apiKey } = planToken(request, by, { clock, randomBytes });
      const risky = row.scopes.find((scope) => riskyScopes.has(scope));
      if (risky) await pin.require(givenPin, `minting a token with scope "${risky}"`);
      const signedWith = key;
      const secret = apiKey ?? (await jwtFor(row, signedWith));
      try {
        // The secret store first: a row without its secret could be listed but never shown.
        await secrets.keep(row.id, secret);
        // All that took time, and by now the caller may have lost what it hands on.
        if (by.kind !== 'local') principalOf(by.id);
        if (key !== signedWith) throw new AppError('TOKEN_REVOKED', { message: 'The signing key was replaced meanwhile.' });
        await insert(row);
      } catch (error) {
        secrets.condemn([row.id]);
        void secrets.forget([row.id]);
        throw error;
      }
      return { row, secret };
    },
    mintConsole: async () => {
      await prune();
      const row = planConsoleToken({ clock, randomBytes });
      const secret = await jwtFor(row, key);
      await insert(row);
      return { row, secret };
    },
    list,
    show: async (id, by, givenPin) => {
      const row = book.row(id);
      if (!row || row.kind === 'console') throw new AppError('TOKEN_UNKNOWN');
      requireAll(row, by, 'show');
      await pin.require(givenPin, 'showing a token again');
      const secret = await secrets.get(id);
      if (secret === null)
        throw new AppError('TOKEN_UNKNOWN', { message: `The ${ports.secrets.backend} store no longer has the token "${row.name}".` });
      return { row: uses.upToDate(row), secret };
    },
    revoke: revocations.revoke,
    restore: async (id, by) => {
      const row = book.row(id);
      if (row) requireAll(row, by, 'bring back');
      return revocations.restore(id);
    },
    rotate: async () => {
      key = await replaceSigningKey(database, ports.secrets, randomBytes);
      verified.clear();
      return revocations.revokeAll();
    },
    key: () => key,
    close: async () => {
      ends.close();
      revocations.close();
      await uses.close();
      await secrets.settled();
    },
  };
};

/** What lets another token in must not give more than the caller has. */
const requireAll = (row: TokenRow, by: Principal, verb: string): void => {
  const missing = missingScope(row.scopes, by);
  if (missing)
    throw new AppError('SCOPE_MISSING', {
      message: `A token without scope "${missing}" cannot ${verb} one with it.`,
      details: { scope: missing },
    });
};
