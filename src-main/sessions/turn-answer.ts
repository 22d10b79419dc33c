import { AppError } from '../../src-shared/app-error.ts';
import type { ToolCall } from '../../src-shared/contract/events.ts';
import type { RouteAnswer, TurnAnswer } from '../../src-shared/contract/rest.ts';
import { errorCodes } from '../../src-shared/error-codes.ts';
import type { Principal } from '../principal.ts';
import type { Database, EventRow, TurnRow } from '../storage/database.ts';
import type { SessionDirectory } from './session-directory.ts';
import { noUsage, type Turn, type TurnOutcome, type TurnRequest } from './turn.ts';
import { filesOf } from './turn-end.ts';

type Answer = RouteAnswer<'postMessage'>;

/** A turn as REST shows it, from the outcome, from a running turn, or from the database: all the same shape. */
export const answerFromOutcome = (request: TurnRequest, outcome: TurnOutcome, sessionId: string): Answer => {
  const { status, error } = outcome;
  // These did not fail as turns: the gateway could not take or keep them, and the error says so with its own status.
  if (status === 'parked' || status === 'dropped') throw error ?? new AppError('GATEWAY_STOPPING');
  if (error && (error.code === 'STORAGE_FULL' || error.code === 'STORAGE_FAILED' || error.code === 'AGENT_UNKNOWN')) throw error;
  return withStatus({
    ...common(request, sessionId),
    status,
    finalReply: outcome.reply,
    ...filesOf(outcome),
    toolCalls: [...outcome.toolCalls],
    durationMs: outcome.durationMs,
    usage: outcome.usage,
    ...(status === 'completed' ? outputOf(request, outcome.reply) : {}),
    ...(error ? { error: errorOf(error, request.traceId) } : {}),
  });
};

export const answerFromRunning = (turn: Turn, sessionId: string): Answer => ({
  status: 202,
  body: {
    ...common(turn.request, sessionId),
    ...(turn.approvals().length > 0
      ? { status: 'approval_required' as const, approvals: [...turn.approvals()] }
      : { status: 'accepted' as const }),
    finalReply: turn.text(),
    toolCalls: [...turn.toolCalls()],
    durationMs: 0,
    usage: noUsage,
  },
});

/** Waits for its end, or until somebody has to be asked; where nobody waits, only until it is on the disk. */
export const answerWhenDue = async (turn: Turn, sessionId: string, wait: boolean): Promise<Answer> => {
  if (!wait) {
    await turn.accepted();
    return answerFromRunning(turn, sessionId);
  }
  const outcome = await Promise.race([turn.outcome, turn.asked]);
  // Who comes later, with the same Idempotency-Key, may find it answered already.
  if (!outcome && turn.approvals().length > 0) return answerFromRunning(turn, sessionId);
  return answerFromOutcome(turn.request, outcome ?? (await turn.outcome), sessionId);
};

export const answerFromStore = async (database: Database, row: TurnRow, sessionId: string): Promise<Answer> => {
  const end = await endFromStore(database, row);
  const { status, reply, toolCalls, durationMs, usage, error } = end;
  return withStatus({
    messageId: row.messageId,
    sessionId,
    agentId: row.agentId,
    traceId: row.traceId,
    status,
    finalReply: reply,
    ...filesOf(end),
    toolCalls: [...toolCalls],
    durationMs,
    usage,
    ...(status === 'completed' ? outputOf(row, reply) : {}),
    ...(error ? { error: errorOf(error, row.traceId) } : {}),
  });
};

/** The answer of a turn that has ended, as `by` may know it; null where nothing of it is kept. */
export const createAnswerOf =
  (database: Database, directory: SessionDirectory) =>
  async (messageId: string, by: Principal): Promise<TurnAnswer | null> => {
    const row = await database.read({ op: 'turn.get', messageId });
    if (!row) return null;
    const session = await database.read({ op: 'session.get', id: row.sessionId });
    return (await answerFromStore(database, row, session ? directory.idFor(session, by) : row.sessionId)).body;
  };

type StoredEnd = Omit<TurnOutcome, 'status'> & { readonly status: TurnRow['status'] };

/** How a turn ended, read again; or how far it is. */
export const endFromStore = async (database: Database, row: TurnRow): Promise<StoredEnd> => {
  const events = await database.read({ op: 'event.ofTurn', messageId: row.messageId });
  const error = events.find(({ event }) => event.type === 'error')?.event;
  const response = events.find(({ event }) => event.type === 'response')?.event;
  return {
    status: row.status,
    reply: replyIn(events),
    ...(response?.type === 'response' ? filesOf(response) : {}),
    toolCalls: toolCallsIn(events),
    clientCalls: toolCallsIn(events)
      .filter((call) => call.status === 'handed_over')
      .map(({ id, name, arguments: args }) => ({ id, name, argumentsJson: JSON.stringify(args) })),
    durationMs: response?.type === 'response' ? response.durationMs : Math.max(0, (row.endedAt ?? row.acceptedAt) - row.acceptedAt),
    usage: row.usage ?? noUsage,
    error:
      error?.type === 'error'
        ? new AppError(error.code, {
            message: error.content,
            retryable: error.retryable,
            ...(error.hint === undefined ? {} : { hint: error.hint }),
            ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
          })
        : null,
  };
};

/** A reply that had to fit a schema does so, or the turn had failed. */
const outputOf = ({ options }: Pick<TurnRow, 'options'>, reply: string): Pick<TurnAnswer, 'output'> =>
  options.outputSchema ? { output: JSON.parse(reply) as unknown } : {};

const common = (request: TurnRequest, sessionId: string) => ({
  messageId: request.messageId,
  sessionId,
  agentId: request.agentId,
  traceId: request.traceId,
});

const withStatus = (body: TurnAnswer): Answer => ({
  status:
    body.error?.code === 'BUDGET_EXHAUSTED'
      ? errorCodes.BUDGET_EXHAUSTED.status
      : ({ accepted: 202, approval_required: 202, completed: 200, cancelled: 200, failed: 502, timeout: 504 } as const)[body.status],
  body,
});

const errorOf = (error: AppError, traceId: string): NonNullable<TurnAnswer['error']> => ({
  code: error.code,
  message: error.message,
  retryable: error.retryable ?? errorCodes[error.code].retryable,
  ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  ...(error.hint === undefined ? {} : { hint: error.hint }),
  traceId,
});

const replyIn = (events: readonly EventRow[]): string => {
  const last = events.at(-1)?.event;
  if (last?.type === 'response') return last.content;
  return last && (last.type === 'status' || last.type === 'error') ? (last.partial ?? '') : '';
};

const toolCallsIn = (events: readonly EventRow[]): ToolCall[] => [
  ...new Map(events.flatMap(({ event }) => (event.type === 'tool_call' ? [[event.tool.id, event.tool] as const] : []))).values(),
];
