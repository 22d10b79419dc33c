import { AppError } from '../../src-shared/app-error.ts';
import { revokeUndoMs } from '../../src-shared/contract/routes/tokens.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Database, TokenRow } from '../storage/database.ts';
import type { TokenBook } from './token-book.ts';
import type { TokenEnds } from './token-ends.ts';
import type { TokenSecrets } from './token-secrets.ts';

/** Ends tokens with all they have minted, and takes that back for a moment. */
export type Revocations = {
  /** @throws AppError TOKEN_UNKNOWN */
  readonly revoke: (id: string) => Promise<{ readonly row: TokenRow; readonly undoUntil: number }>;
  /** Brings back what the same revocation ended. @throws AppError TOKEN_UNKNOWN, UNDO_OVER */
  readonly restore: (id: string) => Promise<TokenRow>;
  /** Ends all, for good. @returns how many were alive */
  readonly revokeAll: () => Promise<number>;
  readonly close: () => void;
};

/** One revocation that can still be undone. All that it ended bears the same time, and nothing else does. */
type Act = { readonly at: number; readonly ids: readonly string[]; readonly cancel: () => void };

type Ports = {
  readonly database: Database;
  readonly clock: Clock;
  readonly book: TokenBook;
  readonly ends: TokenEnds;
  readonly secrets: TokenSecrets;
};

export const createRevocations = ({ database, clock, book, ends, secrets }: Ports): Revocations => {
  /** By the token that was revoked. */
  const acts = new Map<string, Act>();

  const begin = (root: string, at: number, ids: readonly string[]): void => {
    const over = (): void => {
      acts.delete(root);
      void secrets.forget(ids);
    };
    acts.set(root, { at, ids, cancel: clock.after(Math.max(0, Math.min(revokeUndoMs, at + revokeUndoMs - clock.now())), over) });
  };

  /** Ends it in memory, which is what the doors go by. */
  const end = (row: TokenRow, at: number): void => {
    book.put({ ...row, revokedAt: at });
    ends.tell(row.id, 'TOKEN_REVOKED');
  };

  const ownTime = (): number => {
    const taken = new Set(book.rows().map(({ revokedAt }) => revokedAt));
    let at = clock.now();
    while (taken.has(at)) at += 1;
    return at;
  };

  /** What the last process left: revocations that can still be undone, and secrets that it did not come to forget. */
  const takeUp = (): void => {
    const left = secrets.condemned().flatMap((id) => book.row(id) ?? []);
    const fresh = left.filter(({ revokedAt }) => revokedAt !== null && isOpen(revokedAt));
    for (const { id, revokedAt, parentId } of fresh) {
      if (revokedAt === null || fresh.some((other) => other.id === parentId && other.revokedAt === revokedAt)) continue;
      begin(
        id,
        revokedAt,
        book
          .family(id)
          .filter((member) => member.revokedAt === revokedAt)
          .map((member) => member.id),
      );
    }
    const held = new Set([...acts.values()].flatMap(({ ids }) => ids));
    void secrets.forget(secrets.condemned().filter((id) => !held.has(id)));
  };
  const isOpen = (at: number): boolean => clock.now() < at + revokeUndoMs;
  takeUp();

  return {
    revoke: async (id) => {
      const before = book.row(id);
      if (!before) throw new AppError('TOKEN_UNKNOWN');
      if (before.revokedAt === null) {
        const at = ownTime();
        const alive = book.family(id).filter(({ revokedAt }) => revokedAt === null);
        begin(
          id,
          at,
          alive.map((row) => row.id),
        );
        for (const row of alive) end(row, at);
      }
      const row = book.row(id) ?? before;
      const at = row.revokedAt ?? clock.now();
      const ids = acts.get(id)?.ids ?? [];
      // In force already; a write that fails is reported, and asking again writes it again.
      await database.write([...[id, ...ids].map((each) => ({ op: 'token.revoke', id: each, at }) as const), secrets.condemn(ids)]);
      return { row, undoUntil: at + revokeUndoMs };
    },
    restore: async (id) => {
      const row = book.row(id);
      if (!row) throw new AppError('TOKEN_UNKNOWN');
      if (row.revokedAt === null) return row;
      if (book.ancestors(id).some(({ revokedAt }) => revokedAt !== null))
        throw new AppError('UNDO_OVER', { message: 'The token that minted this one is revoked.', hint: 'Bring that one back first.' });
      const act = acts.get(id);
      if (!act || !isOpen(act.at)) throw new AppError('UNDO_OVER');
      act.cancel();
      acts.delete(id);
      const back = act.ids.flatMap((each) => book.row(each) ?? []);
      for (const each of back) book.put({ ...each, revokedAt: null });
      ends.watch();
      try {
        await database.write([
          ...act.ids.map((each) => ({ op: 'token.restore', id: each, revokedAt: act.at }) as const),
          secrets.spare(act.ids),
        ]);
      } catch (error) {
        secrets.condemn(act.ids);
        begin(id, act.at, act.ids);
        for (const each of back) end(each, act.at);
        throw error;
      }
      return book.row(id) ?? row;
    },
    revokeAll: async () => {
      for (const { cancel } of acts.values()) cancel();
      acts.clear();
      const at = ownTime();
      const alive = book.rows().filter(({ revokedAt }) => revokedAt === null);
      for (const row of alive) end(row, at);
      await database.write([{ op: 'token.revokeAll', at }, secrets.condemn(alive.map(({ id }) => id))]);
      await secrets.forget(secrets.condemned());
      return alive.length;
    },
    close: () => {
      for (const { cancel } of acts.values()) cancel();
    },
  };
};
