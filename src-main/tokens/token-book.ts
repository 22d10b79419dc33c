import type { Principal } from '../principal.ts';
import type { TokenRow } from '../storage/database.ts';

/** Every token, in memory: what the doors look up, and who minted whom. */
export type TokenBook = {
  /** Adds a row, or takes the place of the old one. */
  readonly put: (row: TokenRow) => void;
  readonly remove: (id: string) => void;
  readonly row: (id: string) => TokenRow | null;
  readonly principal: (id: string) => Principal | null;
  readonly idOfKey: (keyHash: string) => string | null;
  readonly rows: () => readonly TokenRow[];
  /** It, those it has minted, those that they have minted … */
  readonly family: (id: string) => readonly TokenRow[];
  /** The one that minted it, the one that minted that … */
  readonly ancestors: (id: string) => readonly TokenRow[];
};

export const createTokenBook = (stored: readonly TokenRow[]): TokenBook => {
  const rows = new Map<string, TokenRow>();
  const principals = new Map<string, Principal>();
  const byKeyHash = new Map<string, string>();
  const children = new Map<string, Set<string>>();

  const put = (row: TokenRow): void => {
    rows.set(row.id, row);
    principals.set(row.id, { id: row.id, name: row.name, kind: row.kind, scopes: new Set(row.scopes), expiresAt: row.expiresAt });
    if (row.keyHash !== null) byKeyHash.set(row.keyHash, row.id);
    if (row.parentId !== null) children.set(row.parentId, (children.get(row.parentId) ?? new Set()).add(row.id));
  };
  for (const row of stored) put(row);

  const family = (id: string): readonly TokenRow[] => {
    const row = rows.get(id);
    return row ? [row, ...[...(children.get(id) ?? [])].flatMap(family)] : [];
  };

  return {
    put,
    remove: (id) => {
      const row = rows.get(id);
      rows.delete(id);
      principals.delete(id);
      if (row?.keyHash) byKeyHash.delete(row.keyHash);
      if (row?.parentId) children.get(row.parentId)?.delete(id);
    },
    row: (id) => rows.get(id) ?? null,
    principal: (id) => principals.get(id) ?? null,
    idOfKey: (keyHash) => byKeyHash.get(keyHash) ?? null,
    rows: () => [...rows.values()],
    family,
    ancestors: (id) => {
      const line: TokenRow[] = [];
      for (let parent = rows.get(id)?.parentId; parent; ) {
        const row = rows.get(parent);
        if (row) line.push(row);
        parent = row?.parentId;
      }
      return line;
    },
  };
};
