import type { Clock } from '../gateway-ports.ts';
import type { TokenBook } from './token-book.ts';

/** Why a token is worth nothing any more. */
export type EndCode = 'TOKEN_REVOKED' | 'TOKEN_EXPIRED';

/** Tells of the end of a token at the moment it ends: what it has open has to end with it. */
export type TokenEnds = {
  /** Calls `end` once, when this token ends. */
  readonly onEnd: (id: string, end: (code: EndCode) => void) => () => void;
  /** Told of every token that ends. */
  readonly onEnded: (listener: (id: string) => void) => () => void;
  readonly tell: (id: string, code: EndCode) => void;
  /** A token may end sooner than all others: look again. */
  readonly watch: () => void;
  readonly close: () => void;
};

/** A wall clock can be set, and timers stand still while a laptop sleeps: so it is looked at least this often. */
const lookMs = 60_000;

export const createTokenEnds = ({ clock, book }: { readonly clock: Clock; readonly book: TokenBook }): TokenEnds => {
  const waiting = new Map<string, Set<(code: EndCode) => void>>();
  const listeners = new Set<(id: string) => void>();
  const expired = new Set<string>();
  let cancelLook: (() => void) | null = null;

  const tell = (id: string, code: EndCode): void => {
    const ends = waiting.get(id);
    waiting.delete(id);
    for (const end of ends ?? []) end(code);
    for (const listener of listeners) listener(id);
  };

  const look = (): void => {
    const now = clock.now();
    let next = lookMs;
    for (const { id, expiresAt, revokedAt } of book.rows()) {
      if (revokedAt !== null) continue;
      if (expiresAt > now) {
        expired.delete(id);
        next = Math.min(next, expiresAt - now);
      } else if (!expired.has(id)) {
        expired.add(id);
        tell(id, 'TOKEN_EXPIRED');
      }
    }
    cancelLook = clock.after(next, look);
  };

  return {
    onEnd: (id, end) => {
      const ends = waiting.get(id) ?? new Set();
      waiting.set(id, ends.add(end));
      return () => {
        ends.delete(end);
        if (ends.size === 0 && waiting.get(id) === ends) waiting.delete(id);
      };
    },
    onEnded: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell,
    watch: () => {
      cancelLook?.();
      look();
    },
    close: () => cancelLook?.(),
  };
};
