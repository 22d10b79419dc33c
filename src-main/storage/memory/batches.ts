import { AppError } from '../../../src-shared/app-error.ts';
import type { BatchLineRow, BatchLineStatus, BatchRow, Purged, Read, Write } from '../database.ts';
import { clash, type StoredBatch, type Tables } from './tables.ts';

type BatchWrite = Extract<Write, { op: `batch.${string}` }>;
type BatchRead = Extract<Read, { op: `batch.${string}` }>;

export const writeBatch = (tables: Tables, write: BatchWrite): number | Purged | null => {
  switch (write.op) {
    case 'batch.insert':
      if (tables.batches.has(write.batch.id)) throw clash();
      tables.batches.set(write.batch.id, { ...write.batch, lines: [], cancelled: false });
      return null;
    case 'batch.lines': {
      const waiting = { messageId: null, status: 'waiting', error: null } as const;
      const more = write.lines.map((line, i): BatchLineRow => ({ line: write.firstLine + i, ...line, ...waiting }));
      change(tables, write.batchId, ({ lines }) => ({ lines: [...lines, ...more] }));
      return null;
    }
    case 'batch.loaded':
      change(tables, write.id, () => ({ status: 'running', total: write.total, bodyHash: write.bodyHash }));
      return null;
    case 'batch.status':
      change(tables, write.id, () => ({ status: write.status, endedAt: write.endedAt }));
      return null;
    case 'batch.line': {
      const { line, status, messageId, error } = write;
      const batch = batchOf(tables, write.batchId);
      if (!batch.lines.some((other) => other.line === line)) throw new AppError('BATCH_UNKNOWN');
      const lines = batch.lines.map((other) => (other.line === line ? { ...other, status, messageId, error } : other));
      change(tables, write.batchId, () => ({ lines }));
      return null;
    }
    case 'batch.cancelWaiting': {
      const waiting = shownLines(batchOf(tables, write.batchId)).filter(({ status }) => status === 'waiting');
      change(tables, write.batchId, () => ({ cancelled: true }));
      return waiting.length;
    }
    case 'batch.delete':
      batchOf(tables, write.id);
      tables.batches.delete(write.id);
      return null;
    case 'batch.purge':
      return purge(tables, write);
  }
};

const batchOf = (tables: Tables, id: string): StoredBatch => {
  const batch = tables.batches.get(id);
  if (!batch) throw new AppError('BATCH_UNKNOWN');
  return batch;
};

const change = (tables: Tables, id: string, changes: (batch: StoredBatch) => Partial<StoredBatch>): void => {
  const batch = batchOf(tables, id);
  tables.batches.set(id, { ...batch, ...changes(batch) });
};

/** One batch at a time: there are no pages to free. */
const purge = (tables: Tables, { endedBefore }: Extract<BatchWrite, { op: 'batch.purge' }>): Purged => {
  const due = [...tables.batches.values()].filter(({ endedAt }) => endedAt !== null && endedAt < endedBefore);
  const [first] = due;
  if (first) tables.batches.delete(first.id);
  return { gone: first ? 1 : 0, more: due.length > 1 };
};

export const readBatch = (tables: Tables, read: BatchRead): unknown => {
  const batches = [...tables.batches.values()];
  switch (read.op) {
    case 'batch.get': {
      const batch = tables.batches.get(read.id);
      return batch ? batchRow(batch) : null;
    }
    case 'batch.byIdempotencyKey': {
      const { ownerId, key, createdAfter } = read;
      const batch = batches
        .filter((b) => b.status !== 'loading' && b.ownerId === ownerId && b.idempotencyKey === key && b.createdAt > createdAfter)
        .sort(byAge)
        .at(-1);
      return batch ? batchRow(batch) : null;
    }
    case 'batch.list': {
      const { before, ownerId } = read;
      const wanted = (b: BatchRow) =>
        b.status !== 'loading' &&
        (ownerId === null || b.ownerId === ownerId) &&
        (!before || b.createdAt < before.createdAt || (b.createdAt === before.createdAt && b.id < before.id));
      return batches.filter(wanted).sort(byAge).reverse().slice(0, read.limit).map(batchRow);
    }
    case 'batch.unfinished':
      return batches
        .filter(({ endedAt }) => endedAt === null)
        .sort(byAge)
        .map(batchRow);
    case 'batch.counts': {
      const counts: Record<BatchLineStatus, number> = { waiting: 0, started: 0, completed: 0, failed: 0, cancelled: 0, timeout: 0 };
      for (const { status } of linesOf(tables, read.id)) counts[status] += 1;
      return counts;
    }
    case 'batch.linesOf':
      return linesOf(tables, read.id)
        .filter(({ line, status }) => line > read.afterLine && (read.status === undefined || read.status.includes(status)))
        .slice(0, read.limit);
  }
};

const linesOf = (tables: Tables, id: string): readonly BatchLineRow[] => {
  const batch = tables.batches.get(id);
  return batch ? shownLines(batch) : [];
};

const shownLines = ({ lines, cancelled }: StoredBatch): readonly BatchLineRow[] =>
  cancelled ? lines.map((line) => (line.status === 'waiting' ? { ...line, status: 'cancelled' } : line)) : lines;

const batchRow = ({ lines: _lines, cancelled: _cancelled, ...row }: StoredBatch): BatchRow => row;

const byAge = (a: BatchRow, b: BatchRow): number => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
