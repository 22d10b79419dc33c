import { assertNever } from '../../../src-shared/assert-never.ts';
import type { Read, SessionRow, TokenRow, TurnRow } from '../database.ts';
import type { Connection, SqlValue } from './connection.ts';
import { appKey, getMeta } from './meta.ts';
import type { SearchIndex } from './search-index.ts';
import type { SessionBook } from './session-book.ts';

type Row = readonly SqlValue[];

/** @returns a function that answers a read as JSON, which crosses threads faster than objects do; events are JSON already */
export const createReader = (db: Connection, book: SessionBook, index: SearchIndex): ((read: Read) => string) => {
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
    };
  };
  const one = <T>(row: Row | undefined, map: (row: Row) => T): string => JSON.stringify(row ? map(row) : null);
  const list = (rows: readonly Row[]): string => `[${rows.map(eventJson).join()}]`;

  return (read) => {
    switch (read.op) {
      case 'session.get':
        return one(db.sql(`${sessions} WHERE id = ?`).get([read.id]), session);
      case 'session.byName': {
        const { ownerId, name } = read;
        return ownerId === null
          ? one(db.sql(`${sessions} WHERE name = ? ORDER BY updated_at DESC, id DESC LIMIT 1`).get([name]), session)
          : one(db.sql(`${sessions} WHERE owner_id = ? AND name = ?`).get([ownerId, name]), session);
      }
      case 'session.list': {
        const before = read.before ?? { updatedAt: Number.MAX_SAFE_INTEGER, id: '' };
        const page = [before.updatedAt, before.id, read.limit];
        const rows =
          read.ownerId === null ? db.sql(sessionList('')).all(page) : db.sql(sessionList('owner_id = ? AND')).all([read.ownerId, ...page]);
        return JSON.stringify(rows.map(session));
      }
      case 'turn.get':
        return one(db.sql(`${turns} WHERE turns.message_id = ?`).get([read.messageId]), turn);
      case 'turn.byIdempotencyKey':
        return one(
          db
            .sql(`${turns} WHERE turns.owner_id = ? AND turns.idempotency_key = ? AND turns.accepted_at > ?`)
            .get([read.ownerId, read.key, read.acceptedAfter]),
          turn,
        );
      case 'turn.unfinished':
        return JSON.stringify(db.sql(`${turns} WHERE turns.status = 'accepted' ORDER BY turns.no`).all([]).map(turn));
      case 'event.list': {
        const bounds = [read.sessionId, read.afterSeq, read.beforeSeq ?? Number.MAX_SAFE_INTEGER, read.limit];
        return read.newest ? list(db.sql(eventList('DESC')).all(bounds).toReversed()) : list(db.sql(eventList('ASC')).all(bounds));
      }
      case 'event.ofTurn':
        return list(db.sql(`${events} WHERE turns.message_id = ? ORDER BY events.id`).all([read.messageId]));
      case 'event.search': {
        const hits = index.search(read).flatMap((id) => {
          const row = db.sql(hitSql).get([id]);
          return row ? [`{"cursor":${id},"session":${JSON.stringify(session(row.slice(4)))},"row":${eventJson(row)}}`] : [];
        });
        return `[${hits.join()}]`;
      }
      case 'token.list':
        return JSON.stringify(db.sql('SELECT * FROM tokens ORDER BY created_at DESC, id DESC').all([]).map(token));
      case 'meta.get':
        return JSON.stringify(getMeta(db, appKey(read.key)));
      default:
        return assertNever(read);
    }
  };
};

const text = (value: SqlValue | undefined): string => String(value);
const nullable = (value: SqlValue | undefined): string | null => (value === null || value === undefined ? null : String(value));
const nullableNumber = (value: SqlValue | undefined): number | null => (value === null || value === undefined ? null : Number(value));

const eventJson = (row: Row): string => `{"seq":${row[0]},"messageId":${JSON.stringify(row[1])},"at":${row[2]},"event":${row[3]}}`;

const turn = (row: Row): TurnRow => ({
  messageId: text(row[0]),
  sessionId: text(row[1]),
  ownerId: text(row[2]),
  agentId: text(row[3]),
  traceId: text(row[4]),
  status: text(row[5]) as TurnRow['status'],
  acceptedAt: Number(row[6]),
  endedAt: nullableNumber(row[7]),
  options: JSON.parse(text(row[8])),
  partial: JSON.parse(text(row[9])),
  openToolCall: nullable(row[10]),
  usage: row[11] === null ? null : JSON.parse(text(row[11])),
  idempotencyKey: nullable(row[12]),
  bodyHash: nullable(row[13]),
});

const token = (row: Row): TokenRow => ({
  id: text(row[0]),
  name: text(row[1]),
  kind: text(row[2]) as TokenRow['kind'],
  scopes: text(row[3]).split(' ').filter(Boolean) as unknown as TokenRow['scopes'],
  createdAt: Number(row[4]),
  expiresAt: Number(row[5]),
  revokedAt: nullableNumber(row[6]),
  lastUsedAt: nullableNumber(row[7]),
  requests: Number(row[8]),
  lastAddress: nullable(row[9]),
  keyHash: nullable(row[10]),
  parentId: nullable(row[11]),
});

const sessionColumns = (table: string) =>
  ['no', 'id', 'owner_id', 'name', 'title', 'agent_id', 'channel', 'created_at', 'updated_at', 'last_seq']
    .map((column) => `${table}.${column}`)
    .join(', ');
const sessions = `SELECT ${sessionColumns('sessions')} FROM sessions`;
const sessionList = (owner: string) => `${sessions} WHERE ${owner} (updated_at, id) < (?, ?) ORDER BY updated_at DESC, id DESC LIMIT ?`;
const turns = `SELECT turns.message_id, sessions.id, turns.owner_id, turns.agent_id, turns.trace_id, turns.status, turns.accepted_at,
  turns.ended_at, turns.options, turns.partial, turns.open_tool_call, turns.usage, turns.idempotency_key, turns.body_hash
  FROM turns JOIN sessions ON sessions.no = turns.session`;
const eventColumns = 'events.seq, turns.message_id, events.at, events.event';
const events = `SELECT ${eventColumns} FROM events JOIN turns ON turns.no = events.turn`;
const eventList = (order: 'ASC' | 'DESC') => `${events} WHERE events.session = (SELECT no FROM sessions WHERE id = ?)
  AND events.seq > ? AND events.seq < ? ORDER BY events.seq ${order} LIMIT ?`;
const hitSql = `SELECT ${eventColumns}, ${sessionColumns('sessions')} FROM events
  JOIN turns ON turns.no = events.turn JOIN sessions ON sessions.no = events.session WHERE events.id = ?`;
