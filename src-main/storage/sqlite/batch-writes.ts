import { AppError } from '../../../src-shared/app-error.ts';
import type { Purged, Write } from '../database.ts';
import type { Connection } from './connection.ts';

type BatchWrite = Extract<Write, { op: `batch.${string}` }>;

export const writeBatch = (db: Connection, write: BatchWrite): number | Purged | null => {
  switch (write.op) {
    case 'batch.insert': {
      const b = write.batch;
      db.sql(insertBatch).run([
        b.id,
        b.ownerId,
        b.name,
        b.status,
        b.parallel,
        b.total,
        b.createdAt,
        b.endedAt,
        b.idempotencyKey,
        b.bodyHash,
      ]);
      return null;
    }
    case 'batch.lines': {
      const no = batchNumber(db, write.batchId);
      write.lines.forEach(({ clientId, request }, i) => {
        db.sql(insertLine).run([no, write.firstLine + i, clientId]);
        db.sql('INSERT INTO batch_requests (batch, line, request) VALUES (?, ?, ?)').run([no, write.firstLine + i, request]);
      });
      return null;
    }
    case 'batch.loaded':
      db.sql("UPDATE batches SET status = 'running', total = ?, body_hash = ? WHERE no = ?").run([
        write.total,
        write.bodyHash,
        batchNumber(db, write.id),
      ]);
      return null;
    case 'batch.status': {
      const no = batchNumber(db, write.id);
      db.sql('UPDATE batches SET status = ?, ended_at = ? WHERE no = ?').run([write.status, write.endedAt, no]);
      return null;
    }
    case 'batch.line': {
      const { status, messageId, error, batchId, line } = write;
      if (db.sql(changeLine).run([status, messageId, error, batchNumber(db, batchId), line]) === 0) throw new AppError('BATCH_UNKNOWN');
      return null;
    }
    case 'batch.cancelWaiting': {
      const no = batchNumber(db, write.batchId);
      // Once only: who waited then is counted, who says so again finds none.
      if (db.sql('UPDATE batches SET cancelled = 1 WHERE no = ? AND cancelled = 0').run([no]) === 0) return 0;
      return Number(db.sql("SELECT count(*) FROM batch_lines WHERE batch = ? AND status = 'waiting'").get([no])?.[0]);
    }
    case 'batch.delete':
      db.sql('UPDATE batches SET deleted = 1 WHERE no = ?').run([batchNumber(db, write.id)]);
      return null;
    case 'batch.purge':
      return purge(db, write);
  }
};

const batchNumber = (db: Connection, id: string): number => {
  const row = db.sql('SELECT no FROM batches WHERE id = ? AND deleted = 0').get([id]);
  if (!row) throw new AppError('BATCH_UNKNOWN');
  return Number(row[0]);
};

const purge = (db: Connection, { endedBefore, limit }: Extract<BatchWrite, { op: 'batch.purge' }>): Purged => {
  let rows = limit;
  let gone = 0;
  for (const [no] of db.sql('SELECT no FROM batches WHERE deleted = 1 OR ended_at < ? LIMIT ?').all([endedBefore, limit])) {
    for (const table of ['batch_requests', 'batch_lines']) {
      rows -= db
        .sql(`DELETE FROM ${table} WHERE batch = ?1 AND line IN (SELECT line FROM ${table} WHERE batch = ?1 ORDER BY line LIMIT ?2)`)
        .run([no ?? null, rows]);
    }
    if (rows === 0) {
      db.sql('UPDATE batches SET deleted = 1 WHERE no = ?').run([no ?? null]);
      return { gone, more: true };
    }
    db.sql('DELETE FROM batches WHERE no = ?').run([no ?? null]);
    rows -= 1;
    gone += 1;
  }
  return { gone, more: rows === 0 };
};

const insertBatch = `INSERT INTO batches
  (id, owner_id, name, status, parallel, total, created_at, ended_at, idempotency_key, body_hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const insertLine = "INSERT INTO batch_lines (batch, line, client_id, status) VALUES (?, ?, ?, 'waiting')";
const changeLine = 'UPDATE batch_lines SET status = ?, message_id = ?, error = ? WHERE batch = ? AND line = ?';
