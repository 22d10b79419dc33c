import type { Logger } from 'pino';
import type { DurableEvent } from '../../src-shared/contract/events.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Database, TurnRow, Write } from '../storage/database.ts';
import { wordsFor } from './status-words.ts';
import type { Stops } from './stops.ts';
import { endsWithGateway, type TurnRequest } from './turn.ts';

/** What the last process left: accepted, not ended. */
export type Recovery = {
  /** Goes on by itself, unless a tool with side effects was at work, an operator has stopped it, or its token has ended. */
  readonly recover: () => Promise<void>;
  /** Goes on with what was left because of a stop that holds it no more. */
  readonly resume: () => Promise<void>;
  /** Ends those that still wait for the operator and fit; says how many. */
  readonly cancelLeft: (fits: (turn: Pick<TurnRequest, 'messageId' | 'ownerId' | 'session'>) => boolean) => Promise<number>;
};

type RecoveryPorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stops: Pick<Stops, 'holding'>;
  /** @throws AppError TOKEN_* */
  readonly requireOwner: (ownerId: string) => void;
  /** Gives a turn that is on the disk its place in the lane of its session. */
  readonly begin: (request: TurnRequest) => void;
};

export const createRecovery = ({ database, clock, log, stops, requireOwner, begin }: RecoveryPorts): Recovery => {
  /** Oldest first. `partial`: what of the reply was said by then. */
  const left = new Map<string, { readonly request: TurnRequest; readonly partial: string }>();

  const takeUp = async (row: TurnRow): Promise<void> => {
    const session = await database.read({ op: 'session.get', id: row.sessionId });
    if (session?.hidden) return interruptHidden(row);
    const events = await database.read({ op: 'event.ofTurn', messageId: row.messageId });
    const message = events.find(({ event }) => event.type === 'message')?.event;
    if (!session || message?.type !== 'message' || row.openToolCall !== null || endsWithGateway(row.via)) return interrupt(row);
    const { messageId, ownerId, agentId, traceId, via, acceptedAt, idempotencyKey, bodyHash, options } = row;
    const { content, channel, metadata, attachments } = message;
    const request: TurnRequest = {
      ...{ messageId, session, ownerId, agentId, traceId, via, acceptedAt, idempotencyKey, bodyHash, options },
      ...{ content, channel, metadata },
      ...(attachments ? { attachments } : {}),
    };
    // Deleting a session cancels what runs in it; the crash came in between.
    if (session.deletedAt !== null) return cancel(request, row.partial);
    left.set(messageId, { request, partial: row.partial });
    await goOn(request, row.partial);
  };

  /** Its token may have been revoked, or its time been over, while no gateway ran. */
  const isAlive = (ownerId: string): boolean => {
    try {
      requireOwner(ownerId);
      return true;
    } catch {
      return false;
    }
  };

  const goOn = async (request: TurnRequest, partial: string): Promise<void> => {
    if (!isAlive(request.ownerId)) return giveUp(request, partial);
    if (stops.holding(request) !== null) return;
    await database.write([
      say(request.session.id, request.messageId, {
        type: 'status',
        state: 'restarted',
        content: wordsFor(request.content).state('restarted'),
      }),
    ]);
    // Cancelled or stopped while that was written: it stays what it has become.
    if (stops.holding(request) !== null || !left.has(request.messageId)) return;
    if (!isAlive(request.ownerId)) return giveUp(request, partial);
    left.delete(request.messageId);
    begin(request);
    log.info(
      { source: 'turn', traceId: request.traceId, token: request.ownerId, messageId: request.messageId },
      'turn taken up again after a restart',
    );
  };

  const giveUp = async (request: TurnRequest, partial: string): Promise<void> => {
    if (left.delete(request.messageId)) await cancel(request, partial);
  };

  const interrupt = async (row: TurnRow): Promise<void> => {
    const { sessionId, messageId, ownerId, traceId, partial } = row;
    const content = whatHappened(row);
    await database.write([
      say(sessionId, messageId, {
        type: 'error',
        code: 'TURN_INTERRUPTED',
        content,
        retryable: false,
        ...(partial === '' ? {} : { partial }),
      }),
      end(messageId, 'failed'),
    ]);
    log.warn({ source: 'turn', traceId, token: ownerId, messageId }, content);
  };

  /** Its client is gone, and it has no history to say it in. */
  const interruptHidden = async (row: TurnRow): Promise<void> => {
    const { messageId, ownerId, traceId } = row;
    await database.write([end(messageId, 'failed')]);
    log.warn({ source: 'turn', traceId, token: ownerId, messageId }, whatHappened(row));
  };

  const cancel = async ({ messageId, ownerId, session, content, traceId }: TurnRequest, partial: string): Promise<void> => {
    const event: DurableEvent = {
      type: 'status',
      state: 'cancelled',
      content: wordsFor(content).state('cancelled'),
      ...(partial === '' ? {} : { partial }),
    };
    await database.write([say(session.id, messageId, event), end(messageId, 'cancelled')]);
    log.info({ source: 'turn', traceId, token: ownerId, messageId, status: 'cancelled' }, 'turn cancelled');
  };

  const say = (sessionId: string, messageId: string, event: DurableEvent): Write => ({
    op: 'events.append',
    sessionId,
    events: [{ messageId, at: clock.now(), event }],
  });
  const end = (messageId: string, status: 'failed' | 'cancelled'): Write => ({
    op: 'turn.end',
    messageId,
    status,
    endedAt: clock.now(),
    usage: null,
    model: null,
    durationMs: 0,
  });

  return {
    recover: async () => {
      for (const row of await database.read({ op: 'turn.unfinished' })) await takeUp(row);
    },
    resume: async () => {
      for (const { request, partial } of [...left.values()]) if (left.has(request.messageId)) await goOn(request, partial);
    },
    cancelLeft: async (fits) => {
      const chosen = [...left.values()].filter(({ request }) => fits(request));
      for (const { request } of chosen) left.delete(request.messageId);
      for (const { request, partial } of chosen) await cancel(request, partial);
      return chosen.length;
    },
  };
};

const whatHappened = ({ openToolCall, via }: TurnRow): string => {
  if (openToolCall !== null)
    return `The gateway ended while the tool "${openToolCall}" was at work; whether it finished is not known. Check what it did, then say how to go on.`;
  return endsWithGateway(via)
    ? 'The gateway ended before this message was answered, and the client that waited for the answer was cut off.'
    : 'The gateway ended before this message was answered, and what was asked cannot be read any more.';
};
