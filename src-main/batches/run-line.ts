import { AppError } from '../../src-shared/app-error.ts';
import type { BatchLine } from '../../src-shared/contract/rest.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { SubmitMessage, Submitted } from '../sessions/submit-message.ts';
import type { Turn } from '../sessions/turn.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { BatchLineRow, Database, TurnRow } from '../storage/database.ts';
import { pause } from './pause.ts';

const backOffMs = { first: 500, most: 30_000 };

/** How a line ended, or why it did not: an operator holds it back, or the gateway stops. */
export type LineEnd =
  | { readonly status: 'completed' | 'failed' | 'cancelled' | 'timeout'; readonly messageId: string | null; readonly error: string | null }
  | 'stopped'
  | 'parked';

/** What a line at work is told by its batch. */
export type LineContext = {
  readonly batchId: string;
  /** Null only where the batch is being cancelled because its token is no more. */
  readonly by: Principal | null;
  /** Aborted: nothing begins, what runs is cancelled. */
  readonly cancelled: AbortSignal;
  /** Aborted: the line is left as it stands. */
  readonly halted: AbortSignal;
  /** Settles when the lines before this one are in their lanes; lines of one session run in the order of the file. */
  readonly after: Promise<unknown>;
  /** The message is in its lane, or will not come. */
  readonly onEntered: () => void;
  readonly onStarted: (messageId: string) => void;
};

type LinePorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly submit: SubmitMessage;
  readonly engine: Pick<TurnEngine, 'find' | 'cancelLeft'>;
};

export type RunLine = (line: BatchLineRow, context: LineContext) => Promise<LineEnd>;

/**
 * One line to its end. A line that began before – in an earlier life of the gateway – is found again by its turn, or by
 * the Idempotency-Key it was sent under, so that no line runs twice. A full queue or disk is waited for.
 */
export const createRunLine = ({ database, clock, randomBytes, submit, engine }: LinePorts): RunLine => {
  const begin = async (line: BatchLineRow, by: Principal, { batchId, after }: LineContext): Promise<Submitted> => {
    const { id: _clientId, sessionId, channel, ...message } = JSON.parse(line.request) as BatchLine;
    const key = `batch:${batchId}:${line.line}`;
    return submit(
      {
        ...message,
        sessionId,
        // Sessions that are nobody's conversation stay out of the list; one that the client named is the client's.
        channel: channel ?? (sessionId === undefined ? 'batch' : 'api'),
        via: 'batch',
        idempotency: { key, bodyHash: key },
        after,
        traceId: randomBytes(16).toString('hex'),
      },
      by,
    );
  };

  const follow = async (turn: Turn, { cancelled }: LineContext): Promise<LineEnd | 'again'> => {
    const { messageId } = turn.request;
    const cancel = (): void => turn.cancel();
    cancelled.addEventListener('abort', cancel);
    if (cancelled.aborted) cancel();
    const { status, error } = await turn.outcome;
    cancelled.removeEventListener('abort', cancel);
    if (status === 'parked' || status === 'dropped') return 'parked';
    return error && isPassing(error) ? 'again' : { status, messageId, error: null };
  };

  /** A turn that is not at work: how it ended, or `again` where it waits for an operator or for room on the disk. */
  const look = async (row: TurnRow, { cancelled }: LineContext): Promise<LineEnd | 'again'> => {
    const { messageId, status } = row;
    if (status !== 'accepted') return { status, messageId, error: null };
    if (cancelled.aborted) await engine.cancelLeft((turn) => turn.messageId === messageId);
    return 'again';
  };

  const tryOnce = async (line: BatchLineRow, messageId: string | null, context: LineContext): Promise<LineEnd | 'again'> => {
    const known = messageId === null ? null : engine.find(messageId);
    if (known) return follow(known, context);
    const row = messageId === null ? null : await database.read({ op: 'turn.get', messageId });
    if (row) return look(row, context);
    if (context.cancelled.aborted || context.by === null) return { status: 'cancelled', messageId: null, error: null };
    const submitted = await begin(line, context.by, context);
    context.onEntered();
    if (submitted.kind === 'ended') {
      context.onStarted(submitted.row.messageId);
      return look(submitted.row, context);
    }
    context.onStarted(submitted.turn.request.messageId);
    return follow(submitted.turn, context);
  };

  return async (line, given) => {
    let { messageId } = line;
    const context: LineContext = {
      ...given,
      onStarted: (id) => {
        if (id === messageId) return;
        messageId = id;
        given.onStarted(id);
      },
    };
    try {
      for (let waitMs = backOffMs.first; !context.halted.aborted; waitMs = Math.min(backOffMs.most, waitMs * 2)) {
        const end = await tryOnce(line, messageId, context).catch((thrown: unknown) => endOf(AppError.from(thrown), messageId));
        if (end !== 'again') return end;
        context.onEntered();
        await pause(clock, waitMs, [context.halted, context.cancelled]);
      }
      return 'parked';
    } finally {
      context.onEntered();
    }
  };
};

/** Nothing that a line can help: the same again may go well. */
const isPassing = ({ code }: AppError): boolean => code === 'QUEUE_FULL' || code === 'STORAGE_FULL' || code === 'STORAGE_FAILED';

const endOf = (error: AppError, messageId: string | null): LineEnd | 'again' => {
  if (error.code === 'GATEWAY_STOPPING') return 'parked';
  if (error.code === 'STOPPED') return 'stopped';
  // Its batch is being told that the token is no more.
  if (error.code.startsWith('TOKEN_')) return { status: 'cancelled', messageId, error: null };
  if (isPassing(error)) return 'again';
  const { code, message, retryable, hint } = error;
  return { status: 'failed', messageId, error: JSON.stringify({ code, message, retryable, ...(hint === undefined ? {} : { hint }) }) };
};
