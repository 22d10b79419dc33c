import type { DurableEvent } from '../../src-shared/contract/events.ts';
import type { TurnFrame } from '../../src-shared/contract/ws.ts';
import type { EventRow } from '../storage/database.ts';
import type { Published, Turn, TurnOutcome, TurnRequest } from './turn.ts';
import { filesOf } from './turn-end.ts';

/** What every frame of a turn carries beside its event. */
export type FrameContext = {
  readonly messageId: string;
  readonly agentId: string;
  readonly sessionId: string;
  readonly traceId: string;
  readonly replyTo?: string | undefined;
};

const contextOf = (request: TurnRequest, sessionId: string): FrameContext => ({
  messageId: request.messageId,
  agentId: request.agentId,
  sessionId,
  traceId: request.traceId,
  replyTo: request.options.replyTo,
});

/** Event → frame, for WS and SSE alike. The user's own message has no frame: null. */
const toFrame = ({ event, at, seq }: Published, context: FrameContext): TurnFrame | null => {
  if (event.type === 'message' || event.type === 'summary') return null;
  const { messageId, agentId, sessionId, traceId, replyTo } = context;
  // Set one by one: spreading the context costs ten times as much, and this runs for every piece of a reply.
  const frame: { -readonly [K in keyof TurnFrame]: TurnFrame[K] } = { ...event, messageId, agentId, sessionId, traceId, timestamp: at };
  if (replyTo !== undefined) frame.replyTo = replyTo;
  if (seq !== null) frame.seq = seq;
  return frame as TurnFrame;
};

export const replayed = (row: EventRow, context: FrameContext): TurnFrame | null =>
  toFrame({ event: row.event, at: row.at, seq: row.seq }, context);

/** A part of something that comes whole later: only for who wants to look on. */
const isPiece = ({ event }: Published): boolean =>
  event.type === 'delta' || (event.type === 'tool_call' && event.tool.output !== undefined);

/** The last event of a turn: after it no frame of that turn comes. */
export const isLast = (event: Published['event'] | DurableEvent): boolean =>
  event.type === 'response' || event.type === 'error' || (event.type === 'status' && event.state === 'cancelled');

/**
 * Follows a turn to its end, whatever the end: the last frame always comes, also when the turn ended before
 * the reader was there, was parked, or could not be stored.
 */
export const followTurn = (
  turn: Turn,
  sessionId: string,
  reader: { readonly frame: (frame: TurnFrame) => void; readonly end: () => void; readonly fromOffset: number | null },
): (() => void) => {
  const context = contextOf(turn.request, sessionId);
  let over = false;
  const pass = (published: Published): void => {
    if (over || (isPiece(published) && reader.fromOffset === null)) return;
    const frame = toFrame(published, context);
    if (!frame) return;
    reader.frame(frame);
    if (isLast(published.event)) {
      over = true;
      reader.end();
    }
  };
  const undo = turn.listen(pass, reader.fromOffset ?? undefined);
  // Resolves after the last event was published, so this speaks only where that one did not reach us.
  void turn.outcome.then((outcome) => pass({ event: lastEventOf(outcome), at: turn.request.acceptedAt + outcome.durationMs, seq: null }));
  return () => {
    over = true;
    undo();
  };
};

const lastEventOf = (outcome: TurnOutcome): Published['event'] => {
  const { error, status, reply, usage, durationMs } = outcome;
  if (error)
    return {
      type: 'error',
      code: error.code,
      content: error.message,
      retryable: error.retryable,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  if (status === 'cancelled') return { type: 'status', state: 'cancelled', content: 'cancelled', partial: reply };
  return { type: 'response', content: reply, ...filesOf(outcome), final: true, usage, durationMs };
};
