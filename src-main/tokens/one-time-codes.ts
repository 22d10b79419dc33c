import type { Clock, RandomBytes } from '../gateway-ports.ts';

/** Codes that work once and not for long: WebSocket tickets and sign-in links. Kept in memory only. */
export type OneTimeCodes<T> = {
  readonly issue: (value: T) => { readonly code: string; readonly expiresAt: number };
  /** What the code stands for, or null where it is unknown, used or too old. */
  readonly redeem: (code: string) => T | null;
};

export const createOneTimeCodes = <T>(options: {
  readonly lifeMs: number;
  readonly most: number;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}): OneTimeCodes<T> => {
  const codes = new Map<string, { value: T; deadline: number }>();
  const dropOld = (): void => {
    const now = options.clock.monotonic();
    // Insertion order is expiry order.
    for (const [code, entry] of codes) {
      if (entry.deadline > now && codes.size < options.most) break;
      codes.delete(code);
    }
  };
  return {
    issue: (value) => {
      dropOld();
      const code = options.randomBytes(32).toString('base64url');
      codes.set(code, { value, deadline: options.clock.monotonic() + options.lifeMs });
      return { code, expiresAt: options.clock.now() + options.lifeMs };
    },
    redeem: (code) => {
      const entry = codes.get(code);
      codes.delete(code);
      return entry && entry.deadline > options.clock.monotonic() ? entry.value : null;
    },
  };
};
