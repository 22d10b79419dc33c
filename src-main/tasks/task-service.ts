import type { Logger } from 'pino';
import { AppError } from '../../src-shared/app-error.ts';
import type { Task, TaskSchedule as When } from '../../src-shared/contract/rest.ts';
import { taskUndoMs } from '../../src-shared/contract/routes/tasks.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import { localPrincipal, type Principal } from '../principal.ts';
import type { SessionDirectory } from '../sessions/session-directory.ts';
import type { Database, TaskRow } from '../storage/database.ts';
import type { HookSecrets } from './hook-secrets.ts';
import { nextRuns } from './next-runs.ts';
import type { TaskRuns } from './task-runs.ts';
import { endedHolder, switchOff, type TaskSchedule } from './task-schedule.ts';

const tasksMost = 1_000;
const runsShown = 3;

export type TaskFields = {
  readonly name: string;
  readonly agentId?: string | undefined;
  readonly content: string;
  readonly sessionId?: string | null | undefined;
  readonly schedule: When;
  readonly missed?: TaskRow['missed'] | undefined;
  readonly enabled?: boolean | undefined;
};
type Changes = { readonly [K in keyof TaskFields]?: TaskFields[K] | undefined };

/** Tasks as their owners handle them. Everyone has their own; scope `admin` reaches all. */
export type TaskService = {
  readonly list: (by: Principal) => Promise<Task[]>;
  /** @throws AppError TASK_UNKNOWN, also for those of others */
  readonly get: (id: string, by: Principal) => Promise<Task>;
  /** @throws AppError TASK_INVALID, AGENT_UNKNOWN, KEYCHAIN_UNAVAILABLE */
  readonly create: (fields: TaskFields, by: Principal) => Promise<{ readonly task: Task; readonly secret: string | null }>;
  /** @throws AppError TASK_INVALID, AGENT_UNKNOWN, TASK_UNKNOWN */
  readonly change: (id: string, changes: Changes, by: Principal) => Promise<Task>;
  /** Resolves to until when it can be undone. */
  readonly remove: (id: string, by: Principal) => Promise<number>;
  /** @throws AppError UNDO_OVER, TASK_UNKNOWN */
  readonly restore: (id: string, by: Principal) => Promise<Task>;
  /** Resolves when its message is on the disk. @throws AppError TASK_BUSY, STOPPED, … */
  readonly run: (id: string, by: Principal) => Promise<Task>;
  /** @throws AppError TASK_UNKNOWN, TASK_INVALID where it has no webhook */
  readonly renewSecret: (id: string, by: Principal) => Promise<{ readonly task: Task; readonly secret: string }>;
  /** @throws AppError TASK_INVALID */
  readonly preview: (schedule: When) => Promise<readonly number[]>;
  /** A token has ended. */
  readonly ownerEnded: (ownerId: string) => Promise<void>;
};

type ServicePorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly runs: TaskRuns;
  readonly schedule: TaskSchedule;
  readonly secrets: HookSecrets;
  readonly directory: Pick<SessionDirectory, 'idFor'>;
  readonly requireAgent: (id: string) => void;
  readonly defaultAgent: string;
  readonly holder: (ownerId: string) => Principal;
  readonly purge: (task: TaskRow) => Promise<void>;
};

export const createTaskService = (ports: ServicePorts): TaskService => {
  const { database, clock, runs, secrets } = ports;

  const find = async (id: string, by: Principal): Promise<TaskRow> => {
    const row = await database.read({ op: 'task.get', id });
    if (!row || (row.ownerId !== ownerOf(by) && !by.scopes.has('admin'))) throw new AppError('TASK_UNKNOWN');
    return row;
  };
  const findAlive = async (id: string, by: Principal): Promise<TaskRow> => {
    const row = await find(id, by);
    if (row.deletedAt !== null) throw new AppError('TASK_UNKNOWN');
    return row;
  };

  const view = async (row: TaskRow, by: Principal): Promise<Task> => {
    const turn = row.lastMessageId === null ? null : await database.read({ op: 'turn.get', messageId: row.lastMessageId });
    const upcoming = row.enabled && row.nextAt !== null ? [row.nextAt] : [];
    const { id, ownerId, name, agentId, content, schedule, missed, enabled, lastRunAt, lastNote, lastMessageId, createdAt } = row;
    return {
      ...{ id, ownerId, name, agentId, content, schedule, missed, enabled, lastRunAt, lastNote, lastMessageId, createdAt },
      sessionId: row.sessionName,
      nextRuns: upcoming.length > 0 && schedule.kind === 'cron' ? [...upcoming, ...(await later(schedule, upcoming[0] ?? 0))] : upcoming,
      hookPath: schedule.kind === 'webhook' ? `/api/v1/hooks/${id}` : null,
      lastStatus: row.lastStatus === 'running' && runs.waitsForApproval(row) ? 'awaiting_approval' : row.lastStatus,
      lastSessionId: turn ? ports.directory.idFor({ id: turn.sessionId, ownerId: turn.ownerId }, by) : null,
    };
  };
  const later = (schedule: When, after: number) => nextRuns(schedule, after, runsShown - 1);
  const fresh = async (id: string, by: Principal): Promise<Task> => view(await find(id, by), by);

  /** @throws AppError TASK_INVALID where it would never run */
  const firstRun = async (schedule: When): Promise<number | null> => {
    if (schedule.kind === 'webhook') return null;
    const [next] = await nextRuns(schedule, clock.now(), 1);
    if (next !== undefined) return next;
    throw new AppError('TASK_INVALID', {
      message: schedule.kind === 'once' ? 'That time is past.' : `"${schedule.expr}" never comes: there is no such day.`,
    });
  };

  const newRow = async (fields: TaskFields, by: Principal): Promise<TaskRow> => {
    const { name, agentId = ports.defaultAgent, content, sessionId = null, schedule, enabled = true } = fields;
    ports.requireAgent(agentId);
    const first = await firstRun(schedule);
    return {
      id: `tsk_${ports.randomBytes(16).toString('base64url')}`,
      ownerId: ownerOf(by),
      ...{ name, agentId, content, schedule, enabled },
      sessionName: sessionId,
      missed: fields.missed ?? (schedule.kind === 'once' ? 'run-once' : 'skip'),
      nextAt: enabled ? first : null,
      ...{ claimedAt: null, lastSlot: null, lastRunAt: null, lastStatus: null, lastNote: null, lastMessageId: null },
      createdAt: clock.now(),
      deletedAt: null,
    };
  };

  /** When it runs next, where the changes touch that. */
  const reschedule = async (row: TaskRow, { schedule = row.schedule, enabled = row.enabled }: Changes) => {
    if ((schedule.kind === 'webhook') !== (row.schedule.kind === 'webhook'))
      throw new AppError('TASK_INVALID', { message: 'A task with a webhook stays one; make a new task.' });
    // What is switched off has to make sense too.
    const next = enabled || schedule !== row.schedule ? await firstRun(schedule) : null;
    return { enabled, nextAt: enabled ? next : null };
  };

  return {
    list: async (by) => {
      const rows = await database.read({ op: 'task.list', ownerId: by.scopes.has('admin') ? null : ownerOf(by) });
      return Promise.all(rows.filter(({ deletedAt }) => deletedAt === null).map((row) => view(row, by)));
    },
    get: async (id, by) => view(await findAlive(id, by), by),
    create: async (fields, by) => {
      if ((await database.read({ op: 'task.list', ownerId: null })).length >= tasksMost)
        throw new AppError('TASK_INVALID', { message: `There are ${tasksMost} tasks already; remove some first.` });
      const row = await newRow(fields, by);
      const secret = row.schedule.kind === 'webhook' ? await secrets.make(row.id, row.schedule.preset) : null;
      try {
        await database.write([{ op: 'task.insert', task: row }]);
      } catch (error) {
        if (secret !== null) await secrets.forget(row.id);
        throw error;
      }
      await ports.schedule.changed();
      return { task: await view(row, by), secret };
    },
    change: async (id, changes, by) => {
      const row = await findAlive(id, by);
      const { agentId, sessionId, schedule, enabled } = changes;
      if (agentId !== undefined) ports.requireAgent(agentId);
      const touched = schedule !== undefined || (enabled !== undefined && enabled !== row.enabled);
      const timing = touched ? await reschedule(row, changes) : {};
      const takenOver = enabled === true && endedHolder(ports.holder, row) ? { ownerId: ownerOf(by), lastNote: null } : {};
      const { sessionId: _session, enabled: _enabled, ...plain } = changes;
      const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
      await database.write([
        {
          op: 'task.update',
          id,
          changes: { ...given, ...(sessionId === undefined ? {} : { sessionName: sessionId }), ...timing, ...takenOver },
          onlyIf: { deletedAt: null },
        },
      ]);
      await ports.schedule.changed();
      return fresh(id, by);
    },
    remove: async (id, by) => {
      await findAlive(id, by);
      const deletedAt = clock.now();
      await database.write([{ op: 'task.update', id, changes: { deletedAt }, onlyIf: { deletedAt: null } }]);
      clock.after(taskUndoMs, () => {
        database
          .read({ op: 'task.get', id })
          .then(async (row) => (row?.deletedAt === deletedAt ? ports.purge(row) : undefined))
          // The next start does it.
          .catch((err: unknown) => ports.log.debug({ source: 'task', err }, 'a deleted task is still there'));
      });
      await ports.schedule.changed();
      return deletedAt + taskUndoMs;
    },
    restore: async (id, by) => {
      const row = await find(id, by);
      if (row.deletedAt !== null && clock.now() - row.deletedAt >= taskUndoMs) throw new AppError('UNDO_OVER');
      await database.write([{ op: 'task.update', id, changes: { deletedAt: null } }]);
      await ports.schedule.changed();
      return fresh(id, by);
    },
    run: async (id, by) => {
      const row = await findAlive(id, by);
      if (await runs.isAtWork(row)) throw new AppError('TASK_BUSY');
      await runs.begin(row, `task:${id}:now:${ports.randomBytes(12).toString('base64url')}`);
      return fresh(id, by);
    },
    renewSecret: async (id, by) => {
      const row = await findAlive(id, by);
      if (row.schedule.kind !== 'webhook') throw new AppError('TASK_INVALID', { message: 'Only a task with a webhook has a secret.' });
      const secret = await secrets.make(id, row.schedule.preset);
      return { task: await view(row, by), secret };
    },
    preview: async (schedule) => {
      await firstRun(schedule);
      return nextRuns(schedule, clock.now(), runsShown);
    },
    ownerEnded: async (ownerId) => {
      for (const row of await database.read({ op: 'task.list', ownerId })) if (row.enabled) await switchOff(database, row);
      await ports.schedule.changed();
    },
  };
};

/** The console's own tokens last a day and are this computer's user's: what they make must not end with them. */
const ownerOf = (by: Principal): string => (by.kind === 'console' ? localPrincipal.id : by.id);
