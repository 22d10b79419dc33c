import { Readable } from 'node:stream';
import type { BatchLine, TurnAnswer } from '../../src-shared/contract/rest.ts';
import type { Principal } from '../principal.ts';
import type { BatchLineRow, BatchRow, Database } from '../storage/database.ts';

/** Answers are looked up so many at a time: replies can be long. */
const pageSize = 20;

/** What GET /api/v1/messages/{id} would say; null where nothing of it is kept. */
export type AnswerOf = (messageId: string, by: Principal) => Promise<TurnAnswer | null>;

type ResultPorts = {
  readonly database: Database;
  readonly answerOf: AnswerOf;
  readonly defaultAgent: string;
};

/** What has ended of a batch so far as JSON Lines, in the order of its file, read as the client takes it. */
export const createBatchResults = ({ database, answerOf, defaultAgent }: ResultPorts): ((batch: BatchRow, by: Principal) => Readable) => {
  const resultOf = async (row: BatchLineRow, by: Principal): Promise<string> => {
    const id = row.clientId === null ? {} : { id: row.clientId };
    const answer = (row.messageId === null ? null : await answerOf(row.messageId, by)) ?? withoutTurn(row, defaultAgent);
    return `${JSON.stringify({ line: row.line, ...id, ...answer })}\n`;
  };

  const results = async function* (batch: BatchRow, by: Principal): AsyncGenerator<string> {
    let afterLine = 0;
    for (;;) {
      const status = ['completed', 'failed', 'cancelled', 'timeout'] as const;
      const rows = await database.read({ op: 'batch.linesOf', id: batch.id, afterLine, limit: pageSize, status });
      yield* await Promise.all(rows.map((row) => resultOf(row, by)));
      const last = rows.at(-1);
      if (!last || rows.length < pageSize) return;
      afterLine = last.line;
    }
  };

  return (batch, by) => Readable.from(results(batch, by), { objectMode: false });
};

/** A line that never became a turn, or whose turn is kept no longer: the same fields, as far as they are known. */
const withoutTurn = (row: BatchLineRow, defaultAgent: string): TurnAnswer => {
  const { agentId = defaultAgent } = JSON.parse(row.request) as BatchLine;
  return {
    status: row.status as TurnAnswer['status'],
    finalReply: '',
    toolCalls: [],
    durationMs: 0,
    messageId: row.messageId ?? '',
    sessionId: '',
    agentId,
    usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
    traceId: '',
    ...errorOf(row),
  };
};

const errorOf = ({ status, error }: BatchLineRow): Pick<TurnAnswer, 'error'> => {
  if (error !== null) return { error: { ...JSON.parse(error), traceId: '' } };
  if (status === 'cancelled') return {};
  return { error: { code: 'MESSAGE_UNKNOWN', message: 'What was answered is kept no longer.', retryable: false, traceId: '' } };
};
