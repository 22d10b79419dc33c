import type { Logger } from 'pino';
import { AppError } from '../../src-shared/app-error.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Database, TurnRow } from '../storage/database.ts';
import { type AgentRun, createTurn, type TurnControl } from './create-turn.ts';
import type { NewSession } from './session-directory.ts';
import type { Turn, TurnOutcome, TurnRequest } from './turn.ts';
import { createTurnQueue } from './turn-queue.ts';

const checkpointMs = 1_000;

/** Runs turns: one lane per session, sessions side by side. Every surface hands its messages to this and reads the turn it gets. */
export type TurnEngine = {
  /** @throws AppError GATEWAY_STOPPING, QUEUE_FULL */
  readonly submit: (request: TurnRequest) => Turn;
  /** A turn that has not ended. */
  readonly find: (messageId: string) => Turn | null;
  readonly inSession: (sessionId: string) => readonly Turn[];
  readonly running: () => readonly Turn[];
  readonly queue: () => { readonly running: number; readonly waiting: number };
  /** Takes up what the last process left: goes on by itself unless a tool with side effects was at work. */
  readonly recover: () => Promise<void>;
  /** Told when a turn of any session is accepted or has ended. */
  readonly onChange: (listener: (turn: Turn, ended: boolean) => void) => () => void;
  /** Cancels what a revoked token has running. */
  readonly cancelOwner: (ownerId: string | null) => void;
  readonly stop: () => Promise<void>;
};

type EnginePorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly runAgent: AgentRun;
  readonly sessionsRunning: number;
  readonly onSettled: (session: NewSession) => void;
};

export const createTurnEngine = (ports: EnginePorts): TurnEngine => {
  const { database, clock, log } = ports;
  const turns = new Map<string, TurnControl>();
  const sessions = new Map<string, Set<TurnControl>>();
  const changes = new Set<(turn: Turn, ended: boolean) => void>();
  const queue = createTurnQueue(ports.sessionsRunning);
  let stopping = false;
  let cancelCheckpoint: (() => void) | null = null;

  const notify = (turn: Turn, ended: boolean): void => {
    for (const listener of changes) listener(turn, ended);
  };

  const onEnded = (turn: Turn, outcome: TurnOutcome): void => {
    const { request } = turn;
    turns.delete(request.messageId);
    const inSession = sessions.get(request.session.id);
    inSession?.delete(turn as TurnControl);
    if (inSession?.size === 0) sessions.delete(request.session.id);
    ports.onSettled(request.session);
    const line = {
      source: 'turn',
      traceId: request.traceId,
      messageId: request.messageId,
      agent: request.agentId,
      status: outcome.status,
      durationMs: outcome.durationMs,
      ...outcome.usage,
    };
    if (outcome.error)
      log.warn({ ...line, code: outcome.error.code, err: outcome.error.cause }, `turn ${outcome.status}: ${outcome.error.message}`);
    else log.info(line, `turn ${outcome.status}`);
    notify(turn, true);
  };

  const begin = (request: TurnRequest, onDisk: boolean): Turn => {
    if (stopping) throw new AppError('GATEWAY_STOPPING');
    if (!onDisk) queue.requireRoom(request.session.id);
    const turn = createTurn(
      request,
      {
        database,
        clock,
        runAgent: ports.runAgent,
        onAccepted: (accepted) => {
          ports.onSettled(request.session);
          notify(accepted, false);
        },
        onTool: ({ request: { traceId, messageId } }, call) =>
          log.info(
            { source: 'tool', traceId, messageId, tool: call.name, status: call.status, durationMs: call.durationMs },
            `tool ${call.status}`,
          ),
        onEnded,
      },
      { onDisk },
    );
    queue.enqueue(request.session.id, turn.run);
    turns.set(request.messageId, turn);
    const inSession = sessions.get(request.session.id) ?? new Set();
    // What was said first stands first in the log, even where nobody waits for it yet.
    for (const earlier of inSession) earlier.accepted().catch(() => undefined);
    sessions.set(request.session.id, inSession.add(turn));
    cancelCheckpoint ??= clock.after(checkpointMs, checkpoint);
    return turn;
  };

  const checkpoint = (): void => {
    cancelCheckpoint = turns.size > 0 && !stopping ? clock.after(checkpointMs, checkpoint) : null;
    for (const turn of turns.values()) turn.checkpoint();
  };

  const takeUp = async (row: TurnRow): Promise<void> => {
    const session = await database.read({ op: 'session.get', id: row.sessionId });
    const events = await database.read({ op: 'event.ofTurn', messageId: row.messageId });
    const message = events.find(({ event }) => event.type === 'message')?.event;
    const say = (event: import('../../src-shared/contract/events.ts').DurableEvent) =>
      ({ op: 'events.append', sessionId: row.sessionId, events: [{ messageId: row.messageId, at: clock.now(), event }] }) as const;
    const partial = row.partial === '' ? {} : { partial: row.partial };
    if (!session || message?.type !== 'message' || row.openToolCall !== null) {
      const content = row.openToolCall
        ? `The gateway ended while the tool "${row.openToolCall}" was at work; whether it finished is not known. Check what it did, then say how to go on.`
        : 'The gateway ended before this message was answered, and what was asked cannot be read any more.';
      await database.write([
        say({ type: 'error', code: 'TURN_INTERRUPTED', content, retryable: false, ...partial }),
        { op: 'turn.end', messageId: row.messageId, status: 'failed', endedAt: clock.now(), usage: null },
      ]);
      log.warn({ source: 'turn', traceId: row.traceId, messageId: row.messageId }, content);
      return;
    }
    await database.write([say({ type: 'status', state: 'restarted', content: 'the gateway restarted; the reply begins again' })]);
    const { options, ownerId, agentId, messageId, traceId, acceptedAt, idempotencyKey, bodyHash } = row;
    begin(
      {
        messageId,
        session,
        ownerId,
        agentId,
        traceId,
        acceptedAt,
        idempotencyKey,
        bodyHash,
        options,
        content: message.content,
        channel: message.channel,
        metadata: message.metadata,
      },
      true,
    );
    log.info({ source: 'turn', traceId, messageId }, 'turn taken up again after a restart');
  };

  return {
    submit: (request) => begin(request, false),
    find: (messageId) => turns.get(messageId) ?? null,
    inSession: (sessionId) => [...(sessions.get(sessionId) ?? [])],
    running: () => [...turns.values()],
    queue: queue.size,
    recover: async () => {
      for (const row of await database.read({ op: 'turn.unfinished' })) await takeUp(row);
    },
    onChange: (listener) => {
      changes.add(listener);
      return () => changes.delete(listener);
    },
    cancelOwner: (ownerId) => {
      for (const turn of turns.values()) if (ownerId === null || turn.request.ownerId === ownerId) turn.cancel();
    },
    stop: async () => {
      stopping = true;
      cancelCheckpoint?.();
      const left = [...turns.values()];
      for (const turn of left) turn.park();
      await Promise.all(left.map((turn) => turn.outcome));
    },
  };
};
