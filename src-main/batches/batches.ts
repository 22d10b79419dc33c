import type { Logger } from 'pino';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { readIdempotency } from '../sessions/idempotency-key.ts';
import type { SubmitMessage } from '../sessions/submit-message.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { Database } from '../storage/database.ts';
import { type AnswerOf, createBatchResults } from './batch-results.ts';
import { type BatchRoutes, createBatchRoutes } from './batch-routes.ts';
import { type BatchService, createBatchService } from './batch-service.ts';
import { createPlaces } from './places.ts';
import { createRunLine } from './run-line.ts';

export type Batches = Pick<BatchService, 'start' | 'stop' | 'wake'> & { readonly routes: BatchRoutes };

/** All of this folder, put together. */
export const createBatches = (ports: {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly engine: TurnEngine;
  readonly submit: SubmitMessage;
  readonly answerOf: AnswerOf;
  readonly readIdempotency: typeof readIdempotency;
  readonly sessionsRunning: () => number;
  readonly defaultAgent: string;
  /** @throws AppError AGENT_UNKNOWN */
  readonly requireAgent: (id: string) => void;
  /** @throws AppError TOKEN_* */
  readonly holder: (ownerId: string) => Principal;
  readonly onEnd: (principal: Principal, end: () => void) => () => void;
}): Batches => {
  const { database, clock, randomBytes, log, engine, submit, requireAgent, holder, onEnd } = ports;
  // Half of what may run at once, however many batches there are: people who wait for an answer come before them.
  const places = createPlaces(() => Math.floor(ports.sessionsRunning() / 2));
  const runLine = createRunLine({ database, clock, randomBytes, submit, engine });
  const batches = createBatchService({ database, clock, randomBytes, log, runLine, places, requireAgent, holder, onEnd });
  const resultsOf = createBatchResults(ports);
  const { start, stop, wake } = batches;
  return { start, stop, wake, routes: createBatchRoutes({ batches, resultsOf, readIdempotency: ports.readIdempotency }) };
};
