import type { Clock, Gateway } from '../gateway-ports.ts';

export type ConsoleToken = Awaited<ReturnType<Gateway['mintConsoleToken']>>;

/** Milliseconds before its end when a token counts as spent; longer than the console's own margin. */
const renewBeforeMs = 10 * 60_000;

/**
 * The console's token, kept in memory from one page load to the next. A page that asks a second time says that the
 * one it got is no good any more – revoked, or ended by a key rotation, which this side does not hear of – and gets
 * a new one.
 */
export const createConsoleTokens = ({ mint, now }: { readonly mint: Gateway['mintConsoleToken'] } & Pick<Clock, 'now'>) => {
  let kept: ConsoleToken | null = null;
  let givenToThisPage = false;
  let minting: Promise<ConsoleToken> | null = null;

  const renew = async (): Promise<ConsoleToken> => {
    try {
      kept = await mint();
      return kept;
    } finally {
      minting = null;
    }
  };

  return {
    pageLoaded: (): void => {
      givenToThisPage = false;
    },
    /** @throws what the gateway throws */
    next: async (): Promise<ConsoleToken> => {
      const fits = kept !== null && !givenToThisPage && kept.expiresAt - now() > renewBeforeMs;
      givenToThisPage = true;
      if (kept !== null && fits) return kept;
      minting ??= renew();
      return minting;
    },
  } as const;
};

export type ConsoleTokens = ReturnType<typeof createConsoleTokens>;
