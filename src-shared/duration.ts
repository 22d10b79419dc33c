const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads `90s`, `15m`, `12h` or `30d`.
 * @returns milliseconds, or `null` for anything else (also zero and fractions)
 */
export const parseDuration = (text: string): number | null => {
  const match = /^([1-9]\d{0,8})([smhd])$/.exec(text);
  if (!match?.[1] || !match[2]) return null;
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
};
