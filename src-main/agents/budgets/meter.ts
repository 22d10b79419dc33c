/** What has been spent in an account, and what calls under way may spend of it; in US dollars. */
export type Meter = { spent: number; reserved: number };

/** An account with what it may spend; null: as much as comes. */
export type Account<Name = unknown> = { readonly name: Name; readonly meter: Meter; readonly limitUsd: number | null };

/** Money that is held for one call until it is known what the call cost. */
export type Hold = {
  /** Gives back what was held and counts what was spent. Only the first time counts. */
  readonly settle: (spentUsd: number) => void;
};

/** Sums of many small prices are not exact. */
const roundingUsd = 1e-9;

export const newMeter = (spent = 0): Meter => ({ spent, reserved: 0 });

/**
 * Holds an estimate in all accounts, or in none. In one piece, so that calls side by side see each other. What is over a
 * limit in the end is then never more than what the calls under way cost above their estimates. What costs nothing is never refused.
 * @returns the hold, or the account that has not enough left
 */
export const hold = <Name>(accounts: readonly Account<Name>[], estimateUsd: number): Hold | { readonly refusedBy: Account<Name> } => {
  const refusedBy = estimateUsd > 0 ? accounts.find((account) => !hasRoom(account, estimateUsd)) : undefined;
  if (refusedBy) return { refusedBy };
  for (const { meter } of accounts) meter.reserved += estimateUsd;
  let settled = false;
  return {
    settle: (spentUsd) => {
      if (settled) return;
      settled = true;
      for (const { meter } of accounts) {
        meter.reserved = Math.max(0, meter.reserved - estimateUsd);
        meter.spent += spentUsd;
      }
    },
  };
};

const hasRoom = ({ meter, limitUsd }: Account, usd: number): boolean =>
  limitUsd === null || meter.spent + meter.reserved + usd <= limitUsd + roundingUsd;
