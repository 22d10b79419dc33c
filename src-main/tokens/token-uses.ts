import type { Clock } from '../gateway-ports.ts';
import type { Database, TokenRow } from '../storage/database.ts';
import type { TokenBook } from './token-book.ts';

const flushMs = 5_000;

/** When and from where tokens are used: counted in memory, written every few seconds. */
export type TokenUses = {
  readonly count: (id: string, address: string) => void;
  /** The row as it would be if all were written. */
  readonly upToDate: (row: TokenRow) => TokenRow;
  readonly close: () => Promise<void>;
};

export const createTokenUses = ({ database, clock, book }: { database: Database; clock: Clock; book: TokenBook }): TokenUses => {
  const uses = new Map<string, { requests: number; at: number; address: string }>();
  let cancelFlush: (() => void) | null = null;

  const upToDate = (row: TokenRow): TokenRow => {
    const use = uses.get(row.id);
    return use ? { ...row, requests: row.requests + use.requests, lastUsedAt: use.at, lastAddress: use.address } : row;
  };

  const flush = async (): Promise<void> => {
    cancelFlush = null;
    if (uses.size === 0) return;
    const batch = [...uses].map(([id, use]) => ({ id, ...use }));
    for (const { id } of batch) {
      const row = book.row(id);
      if (row) book.put(upToDate(row));
    }
    uses.clear();
    // Counters are not worth failing anything for.
    await database.write([{ op: 'token.used', uses: batch }]).catch(() => undefined);
  };

  return {
    count: (id, address) => {
      const use = uses.get(id) ?? { requests: 0, at: 0, address };
      use.requests += 1;
      use.at = clock.now();
      use.address = address;
      uses.set(id, use);
      cancelFlush ??= clock.after(flushMs, () => void flush());
    },
    upToDate,
    close: async () => {
      cancelFlush?.();
      await flush();
    },
  };
};
