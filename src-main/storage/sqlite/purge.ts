import type { Purged, Write } from '../database.ts';
import type { Connection } from './connection.ts';
import { forgetFileChanges } from './file-changes.ts';
import type { SessionBook } from './session-book.ts';
import { purgeBegun } from './session-writes.ts';

/** What one piece may still take out: rows, and bytes of the events in them. */
type Budget = { rows: number; bytes: number };

/** Takes a piece of the sessions that are due out of every table and the search index. */
export const purgeSessions = (db: Connection, book: SessionBook, write: Extract<Write, { op: 'session.purge' }>): Purged => {
  // When a session was last used may stand in the book only.
  book.store();
  const budget: Budget = { rows: write.limit, bytes: pieceBytes };
  let gone = 0;
  for (const { no, id } of due(db, write)) {
    if (!purgeSession(db, no, budget)) {
      // From here on there is no way back, and nobody shall see half of it.
      db.sql(`UPDATE sessions SET deleted_at = ${purgeBegun} WHERE no = ?`).run([no]);
      return { gone, more: true };
    }
    book.forget(id);
    gone += 1;
  }
  return { gone, more: budget.rows === 0 };
};

type Due = { readonly no: number; readonly id: string };

function* due(db: Connection, { deletedBefore, hiddenBefore, usedBefore, limit }: Extract<Write, { op: 'session.purge' }>): Iterable<Due> {
  const found = (sql: string, before: number) =>
    db
      .sql(sql)
      .all([before, limit])
      .map(([no, id]) => ({ no: Number(no), id: String(id) }));
  yield* found(deletedSql, Math.max(deletedBefore, purgeBegun + 1));
  yield* found(hiddenSql, hiddenBefore);
  if (usedBefore === null) return;
  yield* found(unusedSql, usedBefore);
  yield* found(unusedBatchSql, usedBefore);
}

/** @returns whether all of it is gone; false: the budget is used up */
const purgeSession = (db: Connection, no: number, budget: Budget): boolean => {
  for (const [id, bytes] of db.sql(eventsSql).all([no, budget.rows])) {
    if (budget.bytes <= 0) return false;
    const event = Number(id);
    db.sql('DELETE FROM search WHERE rowid = CAST(? AS INTEGER)').run([event]);
    db.sql('DELETE FROM events WHERE id = ?').run([event]);
    budget.rows -= 1;
    budget.bytes -= Number(bytes);
  }
  if (budget.rows === 0) return false;
  for (const [turn, messageId] of db.sql(turnsSql).all([no, budget.rows])) {
    db.sql('UPDATE batch_lines SET message_id = NULL WHERE message_id = ?').run([messageId ?? null]);
    forgetFileChanges(db, String(messageId));
    db.sql('DELETE FROM turns WHERE no = ?').run([turn ?? null]);
    budget.rows -= 1;
  }
  if (budget.rows === 0) return false;
  db.sql('DELETE FROM sessions WHERE no = ?').run([no]);
  budget.rows -= 1;
  return true;
};

/** Long texts lie in chains of pages, all of which have to be read to be freed. */
const pieceBytes = 1024 * 1024;

const atRest = "no NOT IN (SELECT session FROM turns WHERE status = 'accepted')";
const deletedSql = `SELECT no, id FROM sessions INDEXED BY sessions_deleted WHERE deleted_at < ? AND ${atRest} ORDER BY deleted_at LIMIT ?`;
const hiddenSql = `SELECT no, id FROM sessions INDEXED BY sessions_hidden
  WHERE hidden = 1 AND updated_at < ? AND ${atRest} ORDER BY updated_at LIMIT ?`;
const shown = 'hidden = 0 AND deleted_at IS NULL AND pinned = 0';
const unusedSql = `SELECT no, id FROM sessions INDEXED BY sessions_by_update
  WHERE ${shown} AND channel <> 'batch' AND updated_at < ? AND ${atRest} ORDER BY updated_at LIMIT ?`;
const unusedBatchSql = `SELECT no, id FROM sessions INDEXED BY sessions_of_channel
  WHERE ${shown} AND channel = 'batch' AND updated_at < ? AND ${atRest} ORDER BY updated_at LIMIT ?`;
const eventsSql = 'SELECT id, octet_length(event) FROM events WHERE session = ? ORDER BY seq LIMIT ?';
const turnsSql = 'SELECT no, message_id FROM turns WHERE session = ? ORDER BY no LIMIT ?';
