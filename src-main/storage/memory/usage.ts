import type { Read, TurnRow, UsageRow } from '../database.ts';
import type { Tables } from './tables.ts';

export const addUsage = (tables: Tables, turn: TurnRow, durationMs: number): void => {
  const { ownerId, agentId, model, endedAt, status, usage } = turn;
  const keys = { day: new Date(endedAt ?? 0).toISOString().slice(0, 10), agent: agentId, token: ownerId, model: model ?? '' };
  const failed = status === 'failed' || status === 'timeout' ? 1 : 0;
  const { inputTokens, outputTokens, costUsd } = usage ?? { inputTokens: 0, outputTokens: 0, costUsd: 0 };
  tables.spent = [...tables.spent, { keys, turns: 1, failed, inputTokens, outputTokens, costUsd, durationMs }];
};

export const sumUsage = (tables: Tables, { ownerId, from, to, by }: Extract<Read, { op: 'usage.sum' }>): readonly UsageRow[] => {
  const sums = new Map<string, UsageRow>();
  for (const { keys, ...spent } of tables.spent) {
    if (keys.day < from || keys.day > to || (ownerId !== null && keys.token !== ownerId)) continue;
    const key = keys[by];
    const sum = sums.get(key);
    sums.set(key, sum ? add(sum, spent) : { key, ...spent });
  }
  return [...sums.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
};

const add = (sum: UsageRow, spent: Omit<UsageRow, 'key'>): UsageRow => ({
  key: sum.key,
  turns: sum.turns + spent.turns,
  failed: sum.failed + spent.failed,
  inputTokens: sum.inputTokens + spent.inputTokens,
  outputTokens: sum.outputTokens + spent.outputTokens,
  costUsd: sum.costUsd + spent.costUsd,
  durationMs: sum.durationMs + spent.durationMs,
});
