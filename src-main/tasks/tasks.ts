import type { Logger } from 'pino';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { SessionDirectory } from '../sessions/session-directory.ts';
import type { SubmitMessage } from '../sessions/submit-message.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { Database, TaskRow } from '../storage/database.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { createHookSecrets } from './hook-secrets.ts';
import { createHookRoutes, type HookRoutes } from './hooks.ts';
import { createTaskRoutes, type TaskRoutes } from './task-routes.ts';
import { createTaskRuns } from './task-runs.ts';
import { createTaskSchedule, type TaskSchedule } from './task-schedule.ts';
import { createTaskService } from './task-service.ts';

export type Tasks = Pick<TaskSchedule, 'start' | 'stop'> & { readonly routes: TaskRoutes & HookRoutes };

/** All of this folder, put together. */
export const createTasks = (ports: {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly secrets: SecretStore;
  readonly engine: TurnEngine;
  readonly directory: SessionDirectory;
  readonly submit: SubmitMessage;
  readonly defaultAgent: string;
  /** @throws AppError AGENT_UNKNOWN */
  readonly requireAgent: (id: string) => void;
  /** @throws AppError TOKEN_* */
  readonly holder: (ownerId: string) => Principal;
  /** Counts bad signatures, by address. */
  readonly counting: <T>(address: string, check: () => Promise<T>) => Promise<T>;
  /** Told of every token that ends. */
  readonly onTokenEnded: (listener: (id: string) => void) => () => void;
}): Tasks => {
  const { database, clock, log, holder } = ports;
  const secrets = createHookSecrets(ports.secrets, ports.randomBytes);
  const runs = createTaskRuns(ports);
  const purge = async (task: TaskRow): Promise<void> => {
    if (task.schedule.kind === 'webhook') await secrets.forget(task.id);
    await database.write([{ op: 'task.remove', id: task.id }]);
  };
  const schedule = createTaskSchedule({ database, clock, log, runs, holder, remove: purge });
  const tasks = createTaskService({ ...ports, runs, schedule, secrets, purge });
  ports.onTokenEnded((id) => {
    tasks.ownerEnded(id).catch((err: unknown) => log.warn({ source: 'task', err }, 'tasks of a token that has ended are still on'));
  });
  return {
    start: schedule.start,
    stop: schedule.stop,
    routes: { ...createTaskRoutes(tasks), ...createHookRoutes({ ...ports, runs, secrets }) },
  };
};
