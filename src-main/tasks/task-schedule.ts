import type { Logger } from 'pino';
import { AppError } from '../../src-shared/app-error.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { Database, TaskChanges, TaskRow } from '../storage/database.ts';
import { nextRuns } from './next-runs.ts';
import type { TaskRuns } from './task-runs.ts';

/** A wall clock can be set, and timers stand still while a laptop sleeps: so it is looked at least this often. */
const lookMs = 60_000;
/** A slot up to this late still counts as kept. */
const graceMs = 2 * lookMs;
const dayMs = 24 * 3_600_000;

/** Lets tasks run when they are due: one timer for the next slot of all. */
export type TaskSchedule = {
  /** Takes up what the last process left. Does not wait for it. */
  readonly start: () => void;
  /** The rows have changed: look at what comes next. Resolves when that is done. */
  readonly changed: () => Promise<void>;
  /** Nothing new begins. */
  readonly stop: () => Promise<void>;
};

type SchedulePorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly runs: TaskRuns;
  /** @throws AppError TOKEN_* */
  readonly holder: (ownerId: string) => Principal;
  /** Out of the file, and its secret with it. */
  readonly remove: (task: TaskRow) => Promise<void>;
};

export const createTaskSchedule = (ports: SchedulePorts): TaskSchedule => {
  const { database, clock, log, runs } = ports;
  let nextAt: number | null = null;
  let cancelTimer: (() => void) | null = null;
  let stopped = false;
  /** Slots were taken whose turns could not be written: they come first in the next round. */
  let claimsLeft = false;
  let seen = { wall: clock.now(), monotonic: clock.monotonic() };
  /** One round after the other. */
  let working: Promise<void> = Promise.resolve();

  const update = async (task: TaskRow, changes: TaskChanges): Promise<boolean> => {
    const onlyIf = { nextAt: task.nextAt, enabled: task.enabled, deletedAt: null };
    return (await database.write([{ op: 'task.update', id: task.id, changes, onlyIf }]))[0] === 1;
  };

  const say = (task: TaskRow, what: string): void => log.info({ source: 'task', task: task.id, agent: task.agentId }, `task ${what}`);

  /** The turn of a slot that is taken. */
  const begin = async (task: TaskRow, slot: number): Promise<void> => {
    try {
      const messageId = await runs.begin(task, keyOf(task, slot));
      log.info({ source: 'task', task: task.id, agent: task.agentId, messageId }, 'task begins');
    } catch (thrown) {
      const error = AppError.from(thrown);
      // It stays taken: the next start, or the next round, begins it.
      if (error.code === 'GATEWAY_STOPPING') return;
      if (error.code === 'STORAGE_FULL' || error.code === 'STORAGE_FAILED') {
        claimsLeft = true;
        throw error;
      }
      if (error.code.startsWith('TOKEN_')) return switchOff(database, task);
      const lastStatus = error.code === 'STOPPED' ? 'skipped' : 'failed';
      const changes = { claimedAt: null, lastRunAt: clock.now(), lastStatus, lastNote: error.message, lastMessageId: null } as const;
      await database.write([{ op: 'task.update', id: task.id, changes }]);
      log.warn({ source: 'task', task: task.id, agent: task.agentId, code: error.code }, `task ${lastStatus}: ${error.message}`);
    }
  };

  const keep = async (task: TaskRow, slot: number): Promise<void> => {
    const now = clock.now();
    if (endedHolder(ports.holder, task)) return switchOff(database, task);
    const [next = null] = await nextRuns(task.schedule, Math.max(now, slot), 1);
    const onward = { nextAt: next, lastSlot: slot, ...(next === null ? { enabled: false } : {}) };
    if (now - slot > graceMs && task.missed === 'skip') {
      const lastNote = `The run of ${at(slot)} was missed: nobody was there for it.`;
      await update(task, { ...onward, lastRunAt: now, lastStatus: 'skipped', lastNote, lastMessageId: null });
      say(task, 'skipped: its time was missed');
    } else if (await runs.isAtWork(task)) {
      await update(task, { ...onward, lastNote: `The run of ${at(slot)} was skipped: the last one was still at work.` });
      say(task, 'skipped: the last run is still at work');
    } else if (await update(task, { ...onward, claimedAt: slot })) await begin(task, slot);
  };

  /** A slot that was taken: its turn may be on the disk. */
  const settleClaim = async (task: TaskRow, slot: number): Promise<void> => {
    const known = await runs.ofKey(task, keyOf(task, slot));
    if (!known) return begin(task, slot);
    const changes = { claimedAt: null, lastRunAt: known.acceptedAt, lastStatus: 'running', lastNote: null } as const;
    await database.write([{ op: 'task.update', id: task.id, changes: { ...changes, lastMessageId: known.messageId } }]);
    await runs.follow({ ...task, ...changes, lastMessageId: known.messageId });
  };

  const settleClaims = async (tasks: readonly TaskRow[]): Promise<void> => {
    claimsLeft = false;
    for (const task of tasks) if (task.claimedAt !== null && task.deletedAt === null) await settleClaim(task, task.claimedAt);
  };

  /** After the clock went back: what was kept is not kept again, but a clock that was days ahead must not silence a task for days. */
  const recompute = async (tasks: readonly TaskRow[]): Promise<void> => {
    const now = clock.now();
    for (const task of tasks) {
      if (task.schedule.kind !== 'cron' || task.nextAt === null || task.nextAt <= now) continue;
      const kept = task.lastSlot !== null && task.lastSlot > now && task.lastSlot - now <= dayMs ? task.lastSlot : now;
      const [next] = await nextRuns(task.schedule, kept, 1);
      if (next !== undefined && next < task.nextAt) await update(task, { nextAt: next, lastSlot: kept > now ? kept : null });
    }
  };

  const clockWentBack = (): boolean => {
    const now = { wall: clock.now(), monotonic: clock.monotonic() };
    const back = now.wall - seen.wall < now.monotonic - seen.monotonic - 1_000;
    seen = now;
    return back;
  };

  const everything = () => database.read({ op: 'task.list', ownerId: null });

  const round = async ({ back }: { readonly back: boolean }): Promise<void> => {
    if (claimsLeft) await settleClaims(await everything());
    if (back) await recompute(await everything());
    for (const task of await database.read({ op: 'task.due', now: clock.now() })) {
      if (stopped) return;
      if (task.nextAt !== null) await keep(task, task.nextAt);
    }
    nextAt = await database.read({ op: 'task.next' });
  };

  const firstRound = async (): Promise<void> => {
    const tasks = await everything();
    for (const task of tasks) {
      if (task.deletedAt !== null) await ports.remove(task);
      else if (task.enabled && endedHolder(ports.holder, task)) await switchOff(database, task);
      else if (task.lastStatus === 'running') await runs.follow(task);
    }
    await settleClaims(tasks);
    // Only where the clock was ahead: whoever has no task due soon shall not wait for cron at the start.
    const now = clock.now();
    await recompute(tasks.filter((task) => Math.max(task.createdAt, task.lastSlot ?? 0) > now));
    await round({ back: false });
  };

  const wait = (): void => {
    cancelTimer?.();
    cancelTimer = null;
    if (stopped || nextAt === null) return;
    cancelTimer = clock.after(Math.min(lookMs, Math.max(0, nextAt - clock.now())), look);
  };

  const look = (): void => {
    const back = clockWentBack();
    if (back || claimsLeft || nextAt === null || clock.now() >= nextAt) void work(() => round({ back }));
    else wait();
  };

  const work = (what: () => Promise<void>): Promise<void> => {
    working = working.then(async () => {
      if (stopped) return;
      try {
        await what();
        wait();
      } catch (err) {
        log.warn({ source: 'task', err }, 'tasks wait for the disk');
        cancelTimer?.();
        cancelTimer = stopped ? null : clock.after(lookMs, look);
      }
    });
    return working;
  };

  return {
    start: () => void work(firstRound),
    changed: () => work(() => round({ back: false })),
    stop: async () => {
      stopped = true;
      cancelTimer?.();
      await working;
    },
  };
};

/** Its owner's token has ended. */
export const switchOff = async (database: Database, { id }: TaskRow): Promise<void> => {
  const lastNote = 'Switched off: the token that it belongs to has ended. Whoever switches it on again owns it.';
  const changes = { enabled: false, nextAt: null, claimedAt: null, lastNote } as const;
  await database.write([{ op: 'task.update', id, changes }]);
};

export const endedHolder = (holder: (ownerId: string) => Principal, { ownerId }: TaskRow): boolean => {
  try {
    holder(ownerId);
    return false;
  } catch {
    return true;
  }
};

const keyOf = ({ id }: TaskRow, slot: number): string => `task:${id}:${slot}`;

const at = (slot: number): string => `${new Date(slot).toISOString().slice(0, 16)}Z`;
