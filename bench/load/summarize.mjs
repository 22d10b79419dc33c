/** @param {number[]} sorted @param {number} share 0 to 1 */
export const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** @param {readonly number[]} values */
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

/** @param {readonly number[]} values */
export const spread = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) };
};

/**
 * @param {readonly number[]} totals milliseconds
 * @param {readonly number[]} firsts milliseconds to the first token; empty where the call shows none
 * @param {number} windowMs
 */
export const summarize = (totals, firsts, windowMs) => ({
  count: totals.length,
  perSecond: (totals.length * 1000) / windowMs,
  total: spread(totals),
  first: firsts.length === 0 ? null : spread(firsts),
});
