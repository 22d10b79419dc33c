import type { BatchLineRow, BatchLineStatus, BatchRow, Read } from '../database.ts';
import type { Connection } from './connection.ts';
import { nullable, nullableNumber, oneAsJson, type Row, text } from './rows.ts';

type BatchRead = Extract<Read, { op: `batch.${string}` }>;

export const readBatches = (db: Connection, read: BatchRead): string => {
  switch (read.op) {
    case 'batch.get':
      return oneAsJson(db.sql(`${batches} AND id = ?`).get([read.id]), batch);
    case 'batch.byIdempotencyKey': {
      const { ownerId, key, createdAfter } = read;
      const named = `${batches} AND status <> 'loading' AND owner_id = ? AND idempotency_key = ? AND created_at > ?`;
      return oneAsJson(db.sql(`${named} ORDER BY created_at DESC LIMIT 1`).get([ownerId, key, createdAfter]), batch);
    }
    case 'batch.list': {
      const before = read.before ?? { createdAt: Number.MAX_SAFE_INTEGER, id: '' };
      const rows = db
        .sql(`${batches} AND status <> 'loading' AND (? IS NULL OR owner_id = ?) AND (created_at, id) < (?, ?)
          ORDER BY created_at DESC, id DESC LIMIT ?`)
        .all([read.ownerId, read.ownerId, before.createdAt, before.id, read.limit]);
      return JSON.stringify(rows.map(batch));
    }
    case 'batch.unfinished':
      return JSON.stringify(db.sql(`${batches} AND ended_at IS NULL ORDER BY created_at, id`).all([]).map(batch));
    case 'batch.counts':
      return JSON.stringify(counts(db, read.id));
    case 'batch.linesOf':
      return JSON.stringify(lines(db, read));
  }
};

const batch = (row: Row): BatchRow => ({
  id: text(row[0]),
  ownerId: text(row[1]),
  name: text(row[2]),
  status: text(row[3]) as BatchRow['status'],
  parallel: Number(row[4]),
  total: Number(row[5]),
  createdAt: Number(row[6]),
  endedAt: nullableNumber(row[7]),
  idempotencyKey: nullable(row[8]),
  bodyHash: nullable(row[9]),
});

/** Lines that wait in a batch that was cancelled are cancelled lines: the rows do not say so. */
type Lines = { readonly no: number; readonly cancelled: boolean };

const linesOf = (db: Connection, id: string): Lines | null => {
  const row = db.sql('SELECT no, cancelled FROM batches WHERE id = ? AND deleted = 0').get([id]);
  return row ? { no: Number(row[0]), cancelled: row[1] === 1 } : null;
};

const counts = (db: Connection, id: string): Record<BatchLineStatus, number> => {
  const sums = { waiting: 0, started: 0, completed: 0, failed: 0, cancelled: 0, timeout: 0 };
  const of = linesOf(db, id);
  if (!of) return sums;
  for (const [status, count] of db.sql('SELECT status, count(*) FROM batch_lines WHERE batch = ? GROUP BY status').all([of.no])) {
    sums[shown(text(status) as BatchLineStatus, of)] += Number(count);
  }
  return sums;
};

const lines = (db: Connection, read: Extract<BatchRead, { op: 'batch.linesOf' }>): BatchLineRow[] => {
  const of = linesOf(db, read.id);
  if (!of) return [];
  const wanted = all.filter((status) => read.status === undefined || read.status.includes(shown(status, of)));
  const rows = db
    .sql(`SELECT line, client_id, request, message_id, status, error FROM batch_lines JOIN batch_requests USING (batch, line)
      WHERE batch = ? AND line > ? AND status IN (${wanted.map(() => '?').join()}) ORDER BY line LIMIT ?`)
    .all([of.no, read.afterLine, ...wanted, read.limit]);
  return rows.map((row) => ({
    line: Number(row[0]),
    clientId: nullable(row[1]),
    request: text(row[2]),
    messageId: nullable(row[3]),
    status: shown(text(row[4]) as BatchLineStatus, of),
    error: nullable(row[5]),
  }));
};

const shown = (status: BatchLineStatus, { cancelled }: Lines): BatchLineStatus =>
  cancelled && status === 'waiting' ? 'cancelled' : status;

const all: readonly BatchLineStatus[] = ['waiting', 'started', 'completed', 'failed', 'cancelled', 'timeout'];
const batches = `SELECT id, owner_id, name, status, parallel, total, created_at, ended_at, idempotency_key, body_hash
  FROM batches WHERE deleted = 0`;
