import type { Read, SessionRow } from '../database.ts';
import type { Connection, SqlValue } from './connection.ts';
import { nullable, nullableNumber, oneAsJson, type Row, text } from './rows.ts';
import type { SessionBook } from './session-book.ts';

type SessionRead = Extract<Read, { op: `session.${string}` }>;

export type SessionReads = {
  readonly answer: (read: SessionRead) => string;
  /** Of the columns that `sessionColumns` names. */
  readonly session: (row: Row) => SessionRow;
};

export const createSessionReads = (db: Connection, book: SessionBook): SessionReads => {
  const session = (row: Row): SessionRow => {
    // The row may lag behind the event log.
    const ahead = book.ahead(Number(row[0]));
    return {
      id: text(row[1]),
      ownerId: text(row[2]),
      name: nullable(row[3]),
      title: text(row[4]),
      agentId: text(row[5]),
      channel: text(row[6]),
      createdAt: Number(row[7]),
      updatedAt: ahead?.updatedAt ?? Number(row[8]),
      lastSeq: ahead?.lastSeq ?? Number(row[9]),
      pinned: row[10] === 1,
      hidden: row[11] === 1,
      deletedAt: nullableNumber(row[12]),
    };
  };

  return {
    session,
    answer: (read) => {
      switch (read.op) {
        case 'session.get':
          return oneAsJson(db.sql(`${sessions} WHERE id = ?`).get([read.id]), session);
        case 'session.byName': {
          const { ownerId, name } = read;
          const named = `${sessions} INDEXED BY sessions_by_name WHERE name = ? AND deleted_at IS NULL`;
          return ownerId === null
            ? oneAsJson(db.sql(`${named} ORDER BY updated_at DESC, id DESC LIMIT 1`).get([name]), session)
            : oneAsJson(db.sql(`${named} AND owner_id = ?`).get([name, ownerId]), session);
        }
        case 'session.list': {
          const { sql, values } = listQuery(read);
          return JSON.stringify(db.sql(sql).all(values).map(session));
        }
      }
    },
  };
};

/** A page of sessions, read in the order of an index that holds only what is shown. */
export const listQuery = (read: Extract<Read, { op: 'session.list' }>): { readonly sql: string; readonly values: readonly SqlValue[] } => {
  const { ownerId, pinned, channel } = read;
  const before = read.before ?? { updatedAt: Number.MAX_SAFE_INTEGER, id: '' };
  const where = ['hidden = 0', 'deleted_at IS NULL', channel === undefined ? "channel <> 'batch'" : 'channel = ?'];
  if (ownerId !== null) where.push('owner_id = ?');
  if (pinned !== undefined) where.push(`pinned = ${pinned ? 1 : 0}`);
  return {
    // Named, because the planner knows nothing of how many rows are pinned or in a channel.
    sql: `${sessions} INDEXED BY ${listIndex(read)} WHERE ${where.join(' AND ')}
      AND (updated_at, id) < (?, ?) ORDER BY updated_at DESC, id DESC LIMIT ?`,
    values: [...(channel === undefined ? [] : [channel]), ...(ownerId === null ? [] : [ownerId]), before.updatedAt, before.id, read.limit],
  };
};

const listIndex = ({ ownerId, pinned, channel }: Extract<Read, { op: 'session.list' }>): string => {
  // A person pins a few: reading all of them costs nothing, whatever else is asked.
  if (pinned === true) return 'sessions_pinned';
  if (channel === undefined) return ownerId === null ? 'sessions_by_update' : 'sessions_of_owner';
  return ownerId === null ? 'sessions_of_channel' : 'sessions_of_owner_channel';
};

export const sessionColumns = (table: string): string =>
  ['no', 'id', 'owner_id', 'name', 'title', 'agent_id', 'channel', 'created_at', 'updated_at', 'last_seq', 'pinned', 'hidden', 'deleted_at']
    .map((column) => `${table}.${column}`)
    .join(', ');
const sessions = `SELECT ${sessionColumns('sessions')} FROM sessions`;
