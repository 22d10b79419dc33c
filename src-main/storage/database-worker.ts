import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../src-shared/app-error.ts';
import { Damaged, openStore, type Store } from './sqlite/store.ts';
import { type Failure, type FromWorker, type ToWorker, unpackCalls, type WorkerOptions } from './worker-protocol.ts';

/** The storage worker: takes groups of calls, answers each group after its commit, and indexes when nobody waits. */
const serve = (): void => {
  if (!parentPort) throw new Error('this file is a worker');
  const port = parentPort;
  const post = (message: FromWorker): void => port.postMessage(message);

  let store: Store;
  try {
    store = openStore(workerData as WorkerOptions);
  } catch (error) {
    post(error instanceof Damaged ? { kind: 'damaged' } : { kind: 'refused', failure: toFailure(error) });
    return;
  }

  let lastGroupAt = 0;
  let timer: NodeJS.Timeout | null = null;

  const followLater = (afterMs: number): void => {
    timer ??= setTimeout(() => {
      timer = null;
      const quietFor = performance.now() - lastGroupAt;
      if (quietFor < quietMs) followLater(quietMs - quietFor);
      else if (store.follow()) followLater(0);
    }, afterMs);
  };

  const answer = ({ packed, reads }: Exclude<ToWorker, 'close'>): void => {
    const backlog = Math.max(maxBacklog, store.backlog());
    if (packed.length > 0) {
      const results = store.applyGroup(unpackCalls(packed));
      post({ kind: 'written', results: results.map((result) => ('error' in result ? { failure: toFailure(result.error) } : result)) });
    }
    if (reads.length > 0) post({ kind: 'read', results: reads.map((read) => attempt(() => store.read(read))) });
    if (packed.length > 0) {
      lastGroupAt = performance.now();
      // Then as much as the group brought, so that the backlog does not grow.
      while (store.backlog() > backlog && store.follow());
      followLater(quietMs);
    }
  };

  const close = (): void => {
    if (timer) clearTimeout(timer);
    const closed = attempt(() => {
      store.close();
      return '';
    });
    post({ kind: 'closed', failure: typeof closed === 'string' ? null : closed.failure });
    port.close();
  };

  port.on('message', (message: ToWorker) => (message === 'close' ? close() : answer(message)));
  post({ kind: 'opened', report: store.report });
  followLater(quietMs);
};

const attempt = (work: () => string): string | { readonly failure: Failure } => {
  try {
    return work();
  } catch (error) {
    return { failure: toFailure(error) };
  }
};

const toFailure = (thrown: unknown): Failure => {
  const { code, message, hint, retryable, cause } = AppError.from(thrown);
  return { code, message, hint: hint ?? null, retryable, cause: cause === undefined ? null : String(cause) };
};

/** No write for so long means that there is time to index. */
const quietMs = 250;
/** Beyond this many events indexing does not wait for quiet any more: reading them for a search takes some 100 ms. */
const maxBacklog = 16_384;

serve();
