import type { Token } from '../../../src-shared/contract/rest.ts';

/** A token and all that were minted with it, at any depth: what a revocation ends. */
export const withDescendants = (tokens: readonly Token[], id: string): ReadonlySet<string> => {
  const family = new Set([id]);
  // Each pass finds one generation more; a parent can stand below its child in the list.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { id: child, parentId } of tokens) if (parentId !== null && family.has(parentId)) family.add(child);
  }
  return family;
};

export type FamilyRow = {
  readonly token: Token;
  /** How many of its ancestors stand above it. */
  readonly depth: number;
  /** The name of the one that minted it, wherever that stands. */
  readonly parentName: string | null;
};

/** Children below their parent; one whose parent is not among `shown` stands for itself. The order is kept otherwise. */
export const familyRows = (shown: readonly Token[], all: readonly Token[]): readonly FamilyRow[] => {
  const names = new Map(all.map(({ id, name }) => [id, name]));
  const present = new Set(shown.map(({ id }) => id));
  const children = new Map<string | null, Token[]>();
  for (const token of shown) {
    const above = token.parentId !== null && present.has(token.parentId) ? token.parentId : null;
    children.set(above, [...(children.get(above) ?? []), token]);
  }
  const rowsBelow = (above: string | null, depth: number): readonly FamilyRow[] =>
    (children.get(above) ?? []).flatMap((token) => [
      { token, depth, parentName: token.parentId === null ? null : (names.get(token.parentId) ?? token.parentId) },
      ...rowsBelow(token.id, depth + 1),
    ]);
  return rowsBelow(null, 0);
};
