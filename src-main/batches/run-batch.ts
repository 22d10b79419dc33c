import { setMaxListeners } from 'node:events';
import type { AppError } from '../../src-shared/app-error.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { BatchLineRow, BatchLineStatus, BatchRow, Database, Write } from '../storage/database.ts';
import { pause } from './pause.ts';
import type { Places } from './places.ts';
import type { RunLine } from './run-line.ts';

const retryMs = 2_000;

/** How many lines stand how, while the batch is at work. */
export type Progress = { completed: number; failed: number; running: number };

/** A batch at work. */
export type BatchRun = {
  readonly progress: Progress;
  /** Nothing of it begins any more, what runs is cancelled. */
  readonly cancel: () => void;
  /** The gateway stops: what runs is parked with its turn, and the rest waits for the next start. */
  readonly park: () => void;
  /** `stopped`: an operator holds it back; `parked`: the gateway stops. What is told here is on the disk. */
  readonly ended: Promise<'completed' | 'cancelled' | 'stopped' | 'parked'>;
};

type RunPorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly runLine: RunLine;
  /** Of all batches together. */
  readonly places: Places;
  readonly onProgress: () => void;
  readonly onTrouble: (error: AppError) => void;
};

/** Runs what is left of a batch, `parallel` lines at a time, in the order of the file. */
export const runBatch = (
  { database, clock, runLine, places, onProgress, onTrouble }: RunPorts,
  batch: BatchRow,
  begin: { readonly by: Principal | null; readonly progress: Progress; readonly cancelled: boolean },
): BatchRun => {
  const { progress } = begin;
  const cancelled = new AbortController();
  /** Lines that wait, for whatever, are left as they are: the gateway stops, or an operator holds one of them back. */
  const halted = new AbortController();
  const parked = new AbortController();
  // Every lane listens.
  setMaxListeners(0, cancelled.signal, halted.signal, parked.signal);
  let stopped = false;
  let page: BatchLineRow[] = [];
  let afterLine = 0;
  let more = true;
  let loading: Promise<void> | null = null;
  let entered: Promise<void> = Promise.resolve();

  /** What must come to the disk does, as soon as there is room; only the end of the gateway ends the trying. */
  const persist = async <T>(work: () => Promise<T>): Promise<T | null> => {
    while (!parked.signal.aborted) {
      try {
        return await work();
      } catch (thrown) {
        if (parked.signal.aborted) break;
        onTrouble(thrown as AppError);
        await pause(clock, retryMs, [parked.signal]);
      }
    }
    return null;
  };

  const load = async (): Promise<void> => {
    const status: BatchLineStatus[] = cancelled.signal.aborted ? ['started'] : ['started', 'waiting'];
    const limit = Math.max(8, batch.parallel);
    const rows = await persist(() => database.read({ op: 'batch.linesOf', id: batch.id, afterLine, limit, status }));
    page = [...(rows ?? [])];
    afterLine = page.at(-1)?.line ?? afterLine;
    more = page.length === limit;
    loading = null;
  };

  const next = async (): Promise<BatchLineRow | null> => {
    for (;;) {
      if (halted.signal.aborted) return null;
      const line = page.shift();
      if (line && !(cancelled.signal.aborted && line.status === 'waiting')) return line;
      if (!line && !more) return null;
      if (line) continue;
      loading ??= load();
      await loading;
    }
  };

  const run = async (line: BatchLineRow): Promise<void> => {
    const after = entered;
    let onEntered = (): void => undefined;
    entered = new Promise((resolve) => {
      onEntered = resolve;
    });
    progress.running += 1;
    onProgress();
    const place = { batchId: batch.id, line: line.line };
    const end = await runLine(line, {
      batchId: batch.id,
      by: begin.by,
      cancelled: cancelled.signal,
      halted: halted.signal,
      after,
      onEntered,
      // In one commit with the turn's own row. Where that fails the Idempotency-Key still stands for the line.
      onStarted: (messageId) =>
        void database.write([{ op: 'batch.line', ...place, status: 'started', messageId, error: null }]).catch(() => undefined),
    });
    if (end === 'stopped') {
      stopped = true;
      halted.abort();
    } else if (end !== 'parked') {
      await persist(() => database.write([{ op: 'batch.line', ...place, ...end }]));
      if (end.status === 'completed') progress.completed += 1;
      else progress.failed += 1;
    }
    progress.running -= 1;
    onProgress();
  };

  const lane = async (): Promise<void> => {
    for (let line = await next(); line; line = await next()) {
      const leave = await places.take();
      // It waited for a place, and the world went on.
      if (!halted.signal.aborted && !(cancelled.signal.aborted && line.status === 'waiting')) await run(line);
      leave();
    }
  };

  const work = async (): ReturnType<() => BatchRun['ended']> => {
    await Promise.all(Array.from({ length: batch.parallel }, lane));
    if (parked.signal.aborted) return 'parked';
    const { id } = batch;
    const endedAt = clock.now();
    if (cancelled.signal.aborted) {
      const writes: Write[] = [
        { op: 'batch.cancelWaiting', batchId: id },
        { op: 'batch.status', id, status: 'cancelled', endedAt },
      ];
      return (await persist(() => database.write(writes))) ? 'cancelled' : 'parked';
    }
    const status = stopped ? 'paused' : 'completed';
    const written = await persist(() => database.write([{ op: 'batch.status', id, status, endedAt: stopped ? null : endedAt }]));
    return written ? (stopped ? 'stopped' : 'completed') : 'parked';
  };

  if (begin.cancelled) cancelled.abort();
  return {
    progress,
    cancel: () => cancelled.abort(),
    park: () => {
      parked.abort();
      halted.abort();
    },
    ended: work(),
  };
};
