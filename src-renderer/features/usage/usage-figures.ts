import type { z } from 'zod';
import type { routes } from '../../../src-shared/contract/rest.ts';

export type UsageRow = z.output<(typeof routes)['getUsage']['answers'][200]>['rows'][number];

const dayMs = 24 * 3_600_000;

/** Every day from the first to the last, also those on which nothing happened. */
export const filledDays = (rows: readonly UsageRow[], from: string, to: string): readonly UsageRow[] => {
  const known = new Map(rows.map((row) => [row.key, row]));
  const days: UsageRow[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += dayMs) {
    const key = new Date(at).toISOString().slice(0, 10);
    days.push(known.get(key) ?? { key, turns: 0, failed: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, durationMs: 0 });
  }
  return days;
};

export const total = (rows: readonly UsageRow[]): UsageRow =>
  rows.reduce(
    (sum, row) => ({
      key: '',
      turns: sum.turns + row.turns,
      failed: sum.failed + row.failed,
      inputTokens: sum.inputTokens + row.inputTokens,
      outputTokens: sum.outputTokens + row.outputTokens,
      costUsd: sum.costUsd + row.costUsd,
      durationMs: sum.durationMs + row.durationMs,
    }),
    { key: '', turns: 0, failed: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, durationMs: 0 },
  );

/** Of a turn, in milliseconds; 0 where there was none. */
export const meanDuration = ({ durationMs, turns }: UsageRow): number => (turns === 0 ? 0 : durationMs / turns);
