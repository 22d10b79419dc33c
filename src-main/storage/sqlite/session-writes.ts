import { AppError } from '../../../src-shared/app-error.ts';
import type { Write } from '../database.ts';
import type { Connection, SqlValue } from './connection.ts';
import { sqliteCode } from './failures.ts';

type SessionWrite = Extract<Write, { op: 'session.update' | 'session.delete' | 'session.restore' }>;

/** What is done to sessions by hand. */
export const writeSession = (db: Connection, write: SessionWrite): null => {
  switch (write.op) {
    case 'session.update':
      return update(db, write);
    case 'session.delete':
      return change(db, 'UPDATE sessions SET deleted_at = coalesce(deleted_at, ?) WHERE id = ?', [write.at, write.id]);
    case 'session.restore':
      return change(db, restore, [write.id]);
  }
};

/** `deleted_at` of one whose purge has begun: earlier than any time asked for. */
export const purgeBegun = 0;

const update = (db: Connection, { id, title, name, pinned }: Extract<SessionWrite, { op: 'session.update' }>): null => {
  const changes: [string, SqlValue][] = [];
  if (title !== undefined) changes.push(['title', title]);
  if (name !== undefined) changes.push(['name', name]);
  if (pinned !== undefined) changes.push(['pinned', pinned ? 1 : 0]);
  const columns = changes.map(([column]) => `${column} = ?`).join(', ') || 'no = no';
  try {
    return change(db, `UPDATE sessions SET ${columns} WHERE id = ? AND deleted_at IS NULL`, [...changes.map(([, value]) => value), id]);
  } catch (error) {
    if (sqliteCode(error) === 'SQLITE_CONSTRAINT_UNIQUE') throw new AppError('SESSION_NAME_TAKEN', { cause: error });
    throw error;
  }
};

const change = (db: Connection, sql: string, values: readonly SqlValue[]): null => {
  if (db.sql(sql).run(values) === 0) throw new AppError('SESSION_UNKNOWN');
  return null;
};

/** Meanwhile another may have taken its name. */
const restore = `UPDATE sessions SET deleted_at = NULL, name = CASE WHEN EXISTS (
    SELECT 1 FROM sessions AS other
    WHERE other.name = sessions.name AND other.owner_id = sessions.owner_id AND other.deleted_at IS NULL AND other.no <> sessions.no
  ) THEN NULL ELSE name END
  WHERE id = ? AND deleted_at IS NOT ${purgeBegun}`;
