import { createHash } from 'node:crypto';
import { AppError } from '../../src-shared/app-error.ts';
import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import { type Database, idempotencyWindowMs, type TaskRow } from '../storage/database.ts';
import { hookContent } from './hook-content.ts';
import type { HookSecrets } from './hook-secrets.ts';
import { type Delivery, deliveryIdOf, eventOf, isSigned } from './hook-signatures.ts';
import type { TaskRuns } from './task-runs.ts';

type Info = { readonly address: string; readonly headers: Delivery['headers'] };

export type HookRoutes = {
  readonly receiveHook: (input: RouteInput<'receiveHook'>, info: Info) => Promise<RouteAnswer<'receiveHook'>>;
  readonly challengeHook: (
    input: RouteInput<'challengeHook'>,
    info: { readonly rawQuery: string },
  ) => Promise<{ readonly raw: { readonly type: string; readonly body: string } }>;
};

type HookPorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly runs: TaskRuns;
  readonly secrets: HookSecrets;
  /** Counts what is refused, by address. @throws what the check throws, RATE_LIMITED */
  readonly counting: <T>(address: string, check: () => Promise<T>) => Promise<T>;
};

/** Other systems that start a task. The signature over the raw body is the credential. */
export const createHookRoutes = ({ database, clock, randomBytes, runs, secrets, counting }: HookPorts): HookRoutes => {
  /** Whoever has the wrong secret is not told whether there is such a task. @throws AppError HOOK_REFUSED */
  const signedFor = async (id: string, delivery: Delivery): Promise<TaskRow> => {
    const task = await database.read({ op: 'task.get', id });
    if (task?.schedule.kind !== 'webhook' || task.deletedAt !== null) throw new AppError('HOOK_REFUSED');
    const secret = await secrets.get(id);
    if (secret === null || !isSigned(task.schedule.preset, secret, delivery, clock.now())) throw new AppError('HOOK_REFUSED');
    return task;
  };

  return {
    receiveHook: async ({ params, body }, { address, headers }) => {
      const delivery = { headers, body };
      const task = await counting(address, () => signedFor(params.id, delivery));
      if (!task.enabled || task.schedule.kind !== 'webhook') throw new AppError('TASK_OFF');
      const { preset } = task.schedule;
      const key = keyOf(task, deliveryIdOf(preset, delivery) ?? randomBytes(16).toString('hex'));
      const earlier = await runs.ofKey(task, key);
      // A delivery that comes again within a day does not run again.
      if (earlier && earlier.acceptedAt > clock.now() - idempotencyWindowMs)
        return { status: 202, body: { status: 'duplicate', messageId: earlier.messageId } };
      const messageId = await runs.begin(task, key, hookContent(task.content, preset, eventOf(preset, delivery), body));
      return { status: 202, body: { status: 'accepted', messageId } };
    },
    challengeHook: async ({ params }, { rawQuery }) => {
      const task = await database.read({ op: 'task.get', id: params.id });
      if (task?.schedule.kind !== 'webhook' || task.deletedAt !== null) throw new AppError('NOT_FOUND');
      const query = new URLSearchParams(rawQuery);
      const challenge = query.get('hub.challenge') ?? query.get('challenge') ?? '';
      if (!/^[A-Za-z0-9._~-]{0,256}$/.test(challenge)) throw new AppError('BAD_REQUEST', { message: 'That is not a challenge.' });
      return { raw: { type: 'text/plain; charset=utf-8', body: challenge } };
    },
  };
};

const keyOf = ({ id }: TaskRow, deliveryId: string): string => `hook:${id}:${createHash('sha256').update(deliveryId).digest('hex')}`;
