import type { Logger } from 'pino';
import { AppError } from '../../src-shared/app-error.ts';
import type { Batch } from '../../src-shared/contract/rest.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import { type BatchLineStatus, type BatchRow, type Database, idempotencyWindowMs } from '../storage/database.ts';
import { type BatchBody, loadBatch } from './load-batch.ts';
import type { Places } from './places.ts';
import { type BatchRun, type Progress, runBatch } from './run-batch.ts';
import type { RunLine } from './run-line.ts';

const parallelDefault = 4;
/** Followers of a batch are told at most this often. */
const tellEveryMs = 250;

/** Many messages at once, answered in the background: on the disk before they are acknowledged, and to the end whatever happens. */
export type BatchService = {
  /**
   * Resolves once all lines are on the disk; with a key that was used before, to the batch that it brought then.
   * @throws AppError BATCH_INVALID, IDEMPOTENCY_CONFLICT, and what reading the lines throws: then nothing of it is left
   */
  readonly create: (body: BatchBody, options: BatchOptions, by: Principal) => Promise<Batch>;
  /** @throws AppError BATCH_UNKNOWN, also for those of others */
  readonly get: (id: string, by: Principal) => Promise<Batch>;
  /** Newest first; `before`: the last one of the page before. */
  readonly list: (before: { readonly createdAt: number; readonly id: string } | null, limit: number, by: Principal) => Promise<Batch[]>;
  /** Resolves when nothing of it runs any more. One that has ended stays as it is. */
  readonly cancel: (id: string, by: Principal) => Promise<Batch>;
  /** Tells how it stands, now and on each change, and `end` after the last. Returns its undo. */
  readonly follow: (id: string, by: Principal, tell: (batch: Batch) => void, end: () => void) => Promise<() => void>;
  /** Whoever asks for it may see it. @throws AppError BATCH_UNKNOWN */
  readonly find: (id: string, by: Principal) => Promise<BatchRow>;
  /** What an operator held back may go on: those that are `paused` try again. */
  readonly wake: () => void;
  /** Goes on with what the last process left, and forgets what it had not acknowledged. */
  readonly start: () => Promise<void>;
  /** Nothing new begins. Resolves when the turns that run have been parked. */
  readonly stop: () => Promise<void>;
};

export type BatchOptions = {
  readonly name?: string | undefined;
  readonly parallel?: number | undefined;
  readonly idempotencyKey?: string | null;
};

type ServicePorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly runLine: RunLine;
  readonly places: Places;
  /** @throws AppError AGENT_UNKNOWN */
  readonly requireAgent: (id: string) => void;
  /** Whom a batch belongs to. @throws AppError TOKEN_* where that token is no more */
  readonly holder: (ownerId: string) => Principal;
  /** Calls back once when they may no longer. Returns its undo. */
  readonly onEnd: (principal: Principal, end: () => void) => () => void;
};

/** A batch that has not ended. */
type Job = {
  row: BatchRow;
  run: BatchRun | null;
  progress: Progress;
  readonly followers: Set<() => void>;
  cancelTelling: (() => void) | null;
  forgetToken: () => void;
};

export const createBatchService = (ports: ServicePorts): BatchService => {
  const { database, clock, log } = ports;
  const jobs = new Map<string, Job>();
  /** Batches on their way in, by owner and Idempotency-Key, so that two at once meet. */
  const pending = new Map<string, Promise<BatchRow>>();
  let stopping = false;

  const begin = async (row: BatchRow, { cancelled = false } = {}): Promise<Job> => {
    const progress = { ...sumsOf(await database.read({ op: 'batch.counts', id: row.id })), running: 0 };
    const known = jobs.get(row.id);
    // Two wanted it at once.
    if (known?.run) return known;
    const job: Job = known ?? {
      row,
      run: null,
      progress,
      followers: new Set(),
      cancelTelling: null,
      forgetToken: () => undefined,
    };
    jobs.set(row.id, job);
    job.row = { ...row, status: 'running' };
    job.progress = progress;
    const by = holderOf(row);
    job.run = runBatch(
      {
        database,
        clock,
        runLine: ports.runLine,
        places: ports.places,
        onProgress: () => tellSoon(job),
        onTrouble: (err) => log.warn({ source: 'batch', batch: row.id, err }, 'a batch waits for the disk'),
      },
      row,
      { by, progress, cancelled: cancelled || by === null },
    );
    job.forgetToken();
    job.forgetToken = by && by.kind !== 'local' ? ports.onEnd(by, () => job.run?.cancel()) : () => undefined;
    void job.run.ended.then((how) => settle(job, how));
    log.info({ source: 'batch', batch: row.id, total: row.total, parallel: row.parallel }, 'batch begins');
    return job;
  };

  const holderOf = (row: BatchRow): Principal | null => {
    try {
      return ports.holder(row.ownerId);
    } catch {
      return null;
    }
  };

  const settle = (job: Job, how: Awaited<BatchRun['ended']>): void => {
    job.run = null;
    if (how === 'parked') return;
    const { id } = job.row;
    job.row = { ...job.row, status: how === 'stopped' ? 'paused' : how, endedAt: how === 'stopped' ? null : clock.now() };
    // Those that waited are cancelled with it.
    if (how === 'cancelled') job.progress.failed = job.row.total - job.progress.completed;
    log.info({ source: 'batch', batch: id, ...job.progress }, `batch ${job.row.status}`);
    if (how !== 'stopped') {
      jobs.delete(id);
      job.forgetToken();
    }
    tellNow(job);
  };

  const tellSoon = (job: Job): void => {
    if (job.followers.size > 0) job.cancelTelling ??= clock.after(tellEveryMs, () => tellNow(job));
  };
  const tellNow = (job: Job): void => {
    job.cancelTelling?.();
    job.cancelTelling = null;
    for (const follower of [...job.followers]) follower();
  };

  const find: BatchService['find'] = async (id, by) => {
    const row = jobs.get(id)?.row ?? (await database.read({ op: 'batch.get', id }));
    if (!row || row.status === 'loading' || (row.ownerId !== by.id && !by.scopes.has('admin'))) throw new AppError('BATCH_UNKNOWN');
    return row;
  };

  const view = async (row: BatchRow): Promise<Batch> => {
    const job = jobs.get(row.id);
    return job ? shown(job.row, job.progress) : shown(row, sumsOf(await database.read({ op: 'batch.counts', id: row.id })));
  };

  const load = async (body: BatchBody, options: BatchOptions, by: Principal): Promise<BatchRow> => {
    const { name = '', parallel = parallelDefault, idempotencyKey = null } = options;
    const about = { id: `bat_${ports.randomBytes(16).toString('base64url')}`, ownerId: by.id, name, parallel, idempotencyKey };
    const empty = { ...about, status: 'loading', total: 0, createdAt: clock.now(), endedAt: null, bodyHash: null } as const;
    const row = await loadBatch({ database, requireAgent: ports.requireAgent }, empty, body, () => {
      if (stopping) throw new AppError('GATEWAY_STOPPING');
      ports.holder(by.id);
    });
    return (await begin(row)).row;
  };

  /** Whoever comes second gets what the first one brought, if it is the same. */
  const loadOnce = async (body: BatchBody, options: BatchOptions, key: string, by: Principal): Promise<BatchRow> => {
    const mapKey = `${by.id}\0${key}`;
    const underWay = pending.get(mapKey);
    if (underWay) return requireSame(await hashOf(body), await underWay);
    const createdAfter = clock.now() - idempotencyWindowMs;
    const earlier = database.read({ op: 'batch.byIdempotencyKey', ownerId: by.id, key, createdAfter });
    const row = earlier.then((known) => known ?? load(body, options, by));
    pending.set(mapKey, row);
    try {
      return (await earlier) ? requireSame(await hashOf(body), await row) : await row;
    } finally {
      pending.delete(mapKey);
    }
  };

  return {
    find,
    get: async (id, by) => view(await find(id, by)),
    list: async (before, limit, by) => {
      const ownerId = by.scopes.has('admin') ? null : by.id;
      const rows = await database.read({ op: 'batch.list', ownerId, before, limit });
      const batches: Batch[] = [];
      // One after the other: counting many long ones must not keep everyone else waiting for the disk.
      for (const row of rows) batches.push(await view(row));
      return batches;
    },
    create: async (body, options, by) => {
      const { idempotencyKey: key = null } = options;
      return view(await (key === null ? load(body, options, by) : loadOnce(body, options, key, by)));
    },
    cancel: async (id, by) => {
      const row = await find(id, by);
      if (row.endedAt !== null) return view(row);
      if (stopping) throw new AppError('GATEWAY_STOPPING');
      const job = jobs.get(id)?.run ? jobs.get(id) : await begin(row, { cancelled: true });
      job?.run?.cancel();
      if ((await job?.run?.ended) === 'parked') throw new AppError('GATEWAY_STOPPING');
      return job ? shown(job.row, job.progress) : view(row);
    },
    follow: async (id, by, tell, end) => {
      const row = await find(id, by);
      const job = jobs.get(id);
      if (!job) {
        tell(await view(row));
        end();
        return () => undefined;
      }
      const follower = (): void => {
        tell(shown(job.row, job.progress));
        if (job.row.endedAt === null) return;
        job.followers.delete(follower);
        end();
      };
      job.followers.add(follower);
      follower();
      return () => job.followers.delete(follower);
    },
    wake: () => {
      for (const { row, run } of jobs.values())
        if (run === null && row.status === 'paused' && !stopping)
          begin(row).catch((err: unknown) => log.error({ source: 'batch', batch: row.id, err }, 'a paused batch could not go on'));
    },
    start: async () => {
      for (const row of await database.read({ op: 'batch.unfinished' })) {
        if (row.status === 'loading') await database.write([{ op: 'batch.delete', id: row.id }]);
        else await begin(row);
      }
    },
    stop: async () => {
      stopping = true;
      const runs = [...jobs.values()].flatMap(({ run, cancelTelling }) => {
        cancelTelling?.();
        return run ?? [];
      });
      for (const run of runs) run.park();
      await Promise.all(runs.map(({ ended }) => ended));
    },
  };
};

const hashOf = async ({ lines, hash }: BatchBody): Promise<string> => {
  for await (const _line of lines);
  return hash();
};

const requireSame = (hash: string, row: BatchRow): BatchRow => {
  if (row.bodyHash !== hash) throw new AppError('IDEMPOTENCY_CONFLICT', { hint: 'Use a new key for a new batch.' });
  return row;
};

const sumsOf = (counts: Readonly<Record<BatchLineStatus, number>>): Progress => ({
  completed: counts.completed,
  failed: counts.failed + counts.cancelled + counts.timeout,
  running: counts.started,
});

const shown = (row: BatchRow, { completed, failed, running }: Progress): Batch => ({
  id: row.id,
  name: row.name,
  status: row.status === 'loading' ? 'running' : row.status,
  total: row.total,
  completed,
  failed,
  running,
  parallel: row.parallel,
  createdAt: row.createdAt,
  endedAt: row.endedAt,
});
