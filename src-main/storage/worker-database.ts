import { Worker } from 'node:worker_threads';
import { AppError } from '../../src-shared/app-error.ts';
import { assertNever } from '../../src-shared/assert-never.ts';
import type { Database, OpenReport, Read } from './database.ts';
import { type Failure, type FromWorker, type Packed, packCall, type ToWorker, type WorkerOptions } from './worker-protocol.ts';

export type OpenWorkerDatabaseOptions = {
  /** Absolute path; its folder is made if need be. */
  readonly file: string;
  /** Default: beside this module, as the bundle has it. */
  readonly workerUrl?: URL;
  /** Writes reject with `STORAGE_FULL` above it. */
  readonly maxDatabaseMb?: number | undefined;
  readonly now: () => number;
};

/** The database in a worker thread: one connection, and one message each way per group of calls. */
export const openWorkerDatabase = async (
  options: OpenWorkerDatabaseOptions,
): Promise<{ readonly database: Database; readonly report: OpenReport }> => {
  const opened = (await connect(startWorker(options, false))) ?? (await connect(startWorker(options, true)));
  if (!opened) throw new AppError('STORAGE_FAILED');
  return opened;
};

const startWorker = (options: OpenWorkerDatabaseOptions, keepAside: boolean): Worker => {
  const workerData: WorkerOptions = {
    file: options.file,
    maxDatabaseMb: options.maxDatabaseMb ?? null,
    openedAt: options.now(),
    fullFsync: process.platform === 'darwin',
    keepAside,
  };
  return new Worker(options.workerUrl ?? new URL('./database-worker.js', import.meta.url), {
    name: 'database',
    workerData,
    execArgv: [],
    // Its objects are short-lived and few; a small nursery spares 7 MB and costs nothing that could be measured.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
};

type Waiter = { readonly resolve: (value: never) => void; readonly reject: (reason: AppError) => void };
type Group = { readonly packed: Packed; readonly writers: Waiter[]; readonly reads: Read[]; readonly readers: Waiter[] };

/** Resolves once the worker has opened the file, to null if that is damaged; rejects with what it said. */
const connect = (worker: Worker): Promise<{ readonly database: Database; readonly report: OpenReport } | null> =>
  new Promise((resolveOpened, rejectOpened) => {
    let gathering = emptyGroup();
    /** What the worker has. It gets the next group only after it, so groups grow as long as a commit takes. */
    let underWay: Group | null = null;
    let scheduled = false;
    let closing: Promise<void> | null = null;
    let settleClosing: Waiter | null = null;
    /** What its last message means. Done when the thread has ended, as only then it has let go of the file. */
    let farewell: (() => void) | null = null;
    /** Why nothing goes any more. */
    let ended: AppError | null = null;

    const end = (reason: AppError): void => {
      if (ended) return;
      ended = reason;
      rejectOpened(reason);
      for (const group of [underWay, gathering]) {
        for (const waiter of [...(group?.writers ?? []), ...(group?.readers ?? [])]) waiter.reject(reason);
      }
      settleClosing?.reject(reason);
    };

    /** Not at once: all that happens in this round of the event loop goes together. */
    const schedule = (): void => {
      if (scheduled || underWay) return;
      scheduled = true;
      setImmediate(send);
    };

    const send = (): void => {
      scheduled = false;
      if (underWay || ended) return;
      if (gathering.writers.length + gathering.readers.length > 0) {
        underWay = gathering;
        gathering = emptyGroup();
        post(worker, { packed: underWay.packed, reads: underWay.reads });
      } else if (settleClosing) post(worker, 'close');
    };

    const receive = (message: FromWorker): void => {
      switch (message.kind) {
        case 'opened':
          resolveOpened({ database, report: message.report });
          return;
        case 'refused':
          farewell = () => end(toAppError(message.failure));
          return;
        case 'damaged':
          farewell = () => resolveOpened(null);
          return;
        case 'written':
          message.results.forEach((result, i) => {
            const writer = underWay?.writers[i];
            if ('failure' in result) writer?.reject(toAppError(result.failure));
            else writer?.resolve(result as never);
          });
          if (underWay?.reads.length === 0) finishGroup();
          return;
        case 'read':
          message.results.forEach((result, i) => {
            const reader = underWay?.readers[i];
            if (typeof result === 'string') reader?.resolve(JSON.parse(result) as never);
            else reader?.reject(toAppError(result.failure));
          });
          finishGroup();
          return;
        case 'closed':
          farewell = () => {
            ended = closedError();
            if (message.failure) settleClosing?.reject(toAppError(message.failure));
            else settleClosing?.resolve(undefined as never);
          };
          return;
        default:
          assertNever(message);
      }
    };

    const finishGroup = (): void => {
      underWay = null;
      if (settleClosing || gathering.writers.length + gathering.readers.length > 0) schedule();
    };

    const database: Database = {
      write: (writes) =>
        new Promise((resolve, reject) => {
          const reason = ended ?? (closing && closedError());
          if (reason) return reject(reason);
          packCall(gathering.packed, writes);
          gathering.writers.push({ resolve, reject });
          schedule();
        }),
      read: (read) =>
        new Promise((resolve, reject) => {
          const reason = ended ?? (closing && closedError());
          if (reason) return reject(reason);
          gathering.reads.push(read);
          gathering.readers.push({ resolve, reject });
          schedule();
        }),
      close: () => {
        closing ??= new Promise<void>((resolve, reject) => {
          if (ended) return reject(ended);
          settleClosing = { resolve, reject };
          schedule();
        });
        return closing;
      },
    };

    worker.on('message', receive);
    worker.on('error', (cause) => end(workerGone(cause)));
    worker.on('exit', (code) => (farewell ? farewell() : end(workerGone(new Error(`the storage worker ended with code ${code}`)))));
  });

const emptyGroup = (): Group => ({ packed: [], writers: [], reads: [], readers: [] });

const post = (worker: Worker, message: ToWorker): void => worker.postMessage(message);

const toAppError = ({ code, message, hint, retryable, cause }: Failure): AppError =>
  new AppError(code, { message, retryable, ...(hint === null ? {} : { hint }), ...(cause === null ? {} : { cause: new Error(cause) }) });

const closedError = (): AppError => new AppError('STORAGE_FAILED', { message: 'The database is closed.', retryable: false });

const workerGone = (cause: unknown): AppError =>
  new AppError('STORAGE_FAILED', {
    message: 'The storage worker ended unexpectedly.',
    hint: 'Restart OpenClaw. What was acknowledged is on the disk.',
    cause,
    retryable: false,
  });
