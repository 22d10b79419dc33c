import type { TurnStatus, Usage } from '../../../src-shared/contract/events.ts';
import type { Read, UsageRow } from '../database.ts';
import type { Connection } from './connection.ts';
import { text } from './rows.ts';

export type EndedTurn = {
  readonly ownerId: string;
  readonly agentId: string;
  readonly model: string | null;
  readonly endedAt: number;
  readonly status: TurnStatus;
  readonly usage: Usage | null;
  readonly durationMs: number;
};

/** Sums by day, owner, agent and model. Turns that end in one commit are added up first: one upsert for each key. */
export type UsageSums = {
  readonly add: (turn: EndedTurn) => void;
  /** Writes what was added; to be run in the transaction of the turns. */
  readonly store: () => void;
  /** The transaction fell. */
  readonly forget: () => void;
};

export const createUsageSums = (db: Connection): UsageSums => {
  const sums = new Map<string, Sum>();
  return {
    add: ({ ownerId, agentId, model, endedAt, status, usage, durationMs }) => {
      const day = dayOf(endedAt);
      const key = JSON.stringify([day, ownerId, agentId, model]);
      let sum = sums.get(key);
      if (!sum) {
        sum = {
          key: [day, ownerId, agentId, model ?? ''],
          turns: 0,
          failed: 0,
          inputTokens: 0,
          outputTokens: 0,
          costUsd: 0,
          durationMs: 0,
        };
        sums.set(key, sum);
      }
      sum.turns += 1;
      if (status === 'failed' || status === 'timeout') sum.failed += 1;
      sum.inputTokens += usage?.inputTokens ?? 0;
      sum.outputTokens += usage?.outputTokens ?? 0;
      sum.costUsd += usage?.costUsd ?? 0;
      sum.durationMs += durationMs;
    },
    store: () => {
      for (const { key, turns, failed, inputTokens, outputTokens, costUsd, durationMs } of sums.values()) {
        db.sql(upsert).run([...key, turns, failed, inputTokens, outputTokens, costUsd, durationMs]);
      }
      sums.clear();
    },
    forget: () => sums.clear(),
  };
};

type Sum = { readonly key: readonly string[] } & { -readonly [K in Exclude<keyof UsageRow, 'key'>]: number };

export const readUsage = (db: Connection, { ownerId, from, to, by }: Extract<Read, { op: 'usage.sum' }>): string => {
  const column = usageColumns[by];
  const rows = db
    .sql(
      `SELECT ${column}, sum(turns), sum(failed), sum(input_tokens), sum(output_tokens), sum(cost_usd), sum(duration_ms) FROM usage
       WHERE day BETWEEN ? AND ? AND (? IS NULL OR owner_id = ?) GROUP BY ${column} ORDER BY ${column}`,
    )
    .all([from, to, ownerId, ownerId]);
  return JSON.stringify(
    rows.map(
      (row): UsageRow => ({
        key: text(row[0]),
        turns: Number(row[1]),
        failed: Number(row[2]),
        inputTokens: Number(row[3]),
        outputTokens: Number(row[4]),
        costUsd: Number(row[5]),
        durationMs: Number(row[6]),
      }),
    ),
  );
};

/** `2026-11-25`, UTC. */
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

const usageColumns = { day: 'day', agent: 'agent_id', token: 'owner_id', model: 'model' } as const;
const upsert = `INSERT INTO usage (day, owner_id, agent_id, model, turns, failed, input_tokens, output_tokens, cost_usd, duration_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  turns = turns + excluded.turns, failed = failed + excluded.failed, input_tokens = input_tokens + excluded.input_tokens,
  output_tokens = output_tokens + excluded.output_tokens, cost_usd = cost_usd + excluded.cost_usd,
  duration_ms = duration_ms + excluded.duration_ms`;
