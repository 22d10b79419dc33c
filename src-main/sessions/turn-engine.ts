import type { Logger } from 'pino';
import { AppError } from '../../src-shared/app-error.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Database, NewSessionRow } from '../storage/database.ts';
import type { AgentRun } from './agent-run.ts';
import { createTurn, type TurnControl } from './create-turn.ts';
import { createRecovery, type Recovery } from './recover-turns.ts';
import { type Stops, stoppedError } from './stops.ts';
import type { Turn, TurnOutcome, TurnRequest } from './turn.ts';
import { createTurnQueue } from './turn-queue.ts';

const checkpointMs = 1_000;

/** Runs turns: one lane per session, sessions side by side. Every surface hands its messages to this and reads the turn it gets. */
export type TurnEngine = Recovery & {
  /** @throws AppError GATEWAY_STOPPING, TOKEN_*, STOPPED, QUEUE_FULL */
  readonly submit: (request: TurnRequest) => Turn;
  /** A turn that has not ended. */
  readonly find: (messageId: string) => Turn | null;
  readonly inSession: (sessionId: string) => readonly Turn[];
  readonly running: () => readonly Turn[];
  /** How many turns are at work or waiting. */
  readonly underWay: () => number;
  readonly queue: () => { readonly running: number; readonly waiting: number };
  /** Told when a turn of any session is accepted, taken up again or has ended. */
  readonly onChange: (listener: (turn: Turn, ended: boolean) => void) => () => void;
  /** Cancels what runs or waits here and fits; says how much that was. */
  readonly cancelWhere: (fits: (request: TurnRequest) => boolean) => number;
  /** Cancels all that a token has which has ended. */
  readonly cancelOwner: (ownerId: string) => void;
  readonly stop: () => Promise<void>;
};

type EnginePorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly runAgent: AgentRun;
  readonly sessionsRunning: () => number;
  readonly stops: Pick<Stops, 'holding'>;
  /** @throws AppError TOKEN_* where the token of a turn has ended: then it does not begin */
  readonly requireOwner: (ownerId: string) => void;
  readonly onSettled: (session: NewSessionRow) => void;
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
      token: request.ownerId,
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
    ports.requireOwner(request.ownerId);
    const stop = ports.stops.holding(request);
    if (stop) throw stoppedError(stop);
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
        onTool: ({ request: { traceId, ownerId, messageId } }, call) =>
          log.info(
            { source: 'tool', traceId, token: ownerId, messageId, tool: call.name, status: call.status, durationMs: call.durationMs },
            `tool ${call.status}`,
          ),
        onEnded,
      },
      { onDisk },
    );
    queue.enqueue(request.session.id, turn.run, request.isNested);
    turns.set(request.messageId, turn);
    const inSession = sessions.get(request.session.id) ?? new Set();
    // What was said first stands first in the log, even where nobody waits for it yet.
    for (const earlier of inSession) earlier.accepted().catch(() => undefined);
    sessions.set(request.session.id, inSession.add(turn));
    cancelCheckpoint ??= clock.after(checkpointMs, checkpoint);
    if (onDisk) notify(turn, false);
    return turn;
  };

  const checkpoint = (): void => {
    cancelCheckpoint = turns.size > 0 && !stopping ? clock.after(checkpointMs, checkpoint) : null;
    for (const turn of turns.values()) turn.checkpoint();
  };

  const cancelWhere = (fits: (request: TurnRequest) => boolean): number => {
    const chosen = [...turns.values()].filter(({ request }) => fits(request));
    for (const turn of chosen) turn.cancel();
    return chosen.length;
  };
  const recovery = createRecovery({
    database,
    clock,
    log,
    stops: ports.stops,
    requireOwner: ports.requireOwner,
    begin: (request) => void begin(request, true),
  });

  return {
    ...recovery,
    submit: (request) => begin(request, false),
    find: (messageId) => turns.get(messageId) ?? null,
    inSession: (sessionId) => [...(sessions.get(sessionId) ?? [])],
    running: () => [...turns.values()],
    underWay: () => turns.size,
    queue: queue.size,
    onChange: (listener) => {
      changes.add(listener);
      return () => changes.delete(listener);
    },
    cancelWhere,
    cancelOwner: (ownerId) => {
      const owns = (turn: { readonly ownerId: string }): boolean => turn.ownerId === ownerId;
      cancelWhere(owns);
      recovery
        .cancelLeft(owns)
        .catch((err: unknown) => log.error({ source: 'turn', err }, 'turns of a token that has ended could not be ended on the disk'));
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
