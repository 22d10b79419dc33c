import type { Read } from '../database.ts';
import type { Connection } from './connection.ts';
import type { Row } from './rows.ts';
import type { SearchIndex } from './search-index.ts';
import { type SessionReads, sessionColumns } from './session-reads.ts';

type EventRead = Extract<Read, { op: `event.${string}` }>;

/** Events are JSON already, so they are put together as text. */
export const readEvents = (db: Connection, index: SearchIndex, sessions: SessionReads, read: EventRead): string => {
  switch (read.op) {
    case 'event.list': {
      const bounds = [read.sessionId, read.afterSeq, read.beforeSeq ?? Number.MAX_SAFE_INTEGER, read.limit];
      return read.newest ? list(db.sql(eventList('DESC')).all(bounds).toReversed()) : list(db.sql(eventList('ASC')).all(bounds));
    }
    case 'event.ofTurn':
      return list(db.sql(`${events} WHERE turns.message_id = ? ORDER BY events.id`).all([read.messageId]));
    case 'event.search': {
      const hits = index.search(read).flatMap((id) => {
        const row = db.sql(hitSql).get([id]);
        return row ? [`{"cursor":${id},"session":${JSON.stringify(sessions.session(row.slice(4)))},"row":${eventJson(row)}}`] : [];
      });
      return `[${hits.join()}]`;
    }
  }
};

const list = (rows: readonly Row[]): string => `[${rows.map(eventJson).join()}]`;

const eventJson = (row: Row): string => `{"seq":${row[0]},"messageId":${JSON.stringify(row[1])},"at":${row[2]},"event":${row[3]}}`;

const eventColumns = 'events.seq, turns.message_id, events.at, events.event';
const events = `SELECT ${eventColumns} FROM events JOIN turns ON turns.no = events.turn`;
const eventList = (order: 'ASC' | 'DESC') => `${events} WHERE events.session = (SELECT no FROM sessions WHERE id = ?)
  AND events.seq > ? AND events.seq < ? ORDER BY events.seq ${order} LIMIT ?`;
const hitSql = `SELECT ${eventColumns}, ${sessionColumns('sessions')} FROM events
  JOIN turns ON turns.no = events.turn JOIN sessions ON sessions.no = events.session WHERE events.id = ?`;
