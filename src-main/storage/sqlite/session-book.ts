import type { Write } from '../database.ts';
import type { Connection } from './connection.ts';

/** What changes in a session with every turn. Memory is ahead of the table; the event log can make up for it. */
export type SessionState = { readonly no: number; lastSeq: number; updatedAt: number };

/**
 * Hands out `seq` and remembers the newest of every session in use. Writing both back with each turn would touch
 * four more pages a commit (25 µs a turn), so the rows are brought up to date in batches; after a kill the events
 * past the `followed` mark tell what was missed.
 */
export type SessionBook = {
  readonly find: (id: string) => SessionState | null;
  /** Registers a session that is about to be inserted, under the next number. */
  readonly open: (session: SessionPut) => SessionState;
  /** Gives out the next `seq`. */
  readonly advance: (state: SessionState, at: number) => number;
  /** The truth about a session whose row may lag; undefined: the row is right. */
  readonly ahead: (no: number) => SessionState | undefined;
  /** The row was inserted as the state is now. */
  readonly inserted: (state: SessionState) => void;
  /** The row is being deleted in this transaction, after `store`. */
  readonly forget: (id: string) => void;
  /** Writes what lags; to be run in a transaction. */
  readonly store: () => void;
  /** How many sessions lag. */
  readonly lagCount: () => number;
  /** The transaction stands: what was given out is final. */
  readonly committed: () => void;
  /** The transaction fell: as if nothing had been given out. */
  readonly rolledBack: () => void;
};

type SessionPut = Extract<Write, { op: 'session.put' }>['session'];
type Change = { readonly state: SessionState; readonly id: string | null; readonly lastSeq: number; readonly updatedAt: number };

export const createSessionBook = (db: Connection, limit = 4096): SessionBook => {
  const byId = new Map<string, SessionState>();
  const lagging = new Map<number, SessionState>();
  let changes: Change[] = [];
  /** What the rows say once this transaction stands. */
  const stored = new Map<SessionState, number>();
  let lastNo = Number(db.sql('SELECT coalesce(max(no), 0) FROM sessions').get([])?.[0]);

  return {
    find: (id) => {
      const known = byId.get(id);
      if (known) return known;
      const row = db.sql('SELECT no, last_seq, updated_at FROM sessions WHERE id = ?').get([id]);
      if (!row) return null;
      const no = Number(row[0]);
      const state = lagging.get(no) ?? { no, lastSeq: Number(row[1]), updatedAt: Number(row[2]) };
      byId.set(id, state);
      return state;
    },
    open: ({ id, createdAt }) => {
      lastNo += 1;
      const state: SessionState = { no: lastNo, lastSeq: 0, updatedAt: createdAt };
      byId.set(id, state);
      changes.push({ state, id, lastSeq: 0, updatedAt: createdAt });
      return state;
    },
    advance: (state, at) => {
      changes.push({ state, id: null, lastSeq: state.lastSeq, updatedAt: state.updatedAt });
      state.lastSeq += 1;
      state.updatedAt = Math.max(state.updatedAt, at);
      lagging.set(state.no, state);
      return state.lastSeq;
    },
    inserted: (state) => {
      stored.set(state, state.lastSeq);
    },
    forget: (id) => {
      byId.delete(id);
    },
    ahead: (no) => lagging.get(no),
    lagCount: () => lagging.size,
    store: () => {
      const update = db.sql('UPDATE sessions SET last_seq = ?, updated_at = ? WHERE no = ?');
      for (const state of lagging.values()) {
        update.run([state.lastSeq, state.updatedAt, state.no]);
        stored.set(state, state.lastSeq);
      }
    },
    committed: () => {
      for (const [state, lastSeq] of stored) if (state.lastSeq === lastSeq) lagging.delete(state.no);
      stored.clear();
      changes = [];
      // What lags stays findable through `lagging`.
      if (byId.size > limit) byId.clear();
    },
    rolledBack: () => {
      for (const { state, id, lastSeq, updatedAt } of changes.reverse()) {
        state.lastSeq = lastSeq;
        state.updatedAt = updatedAt;
        if (id !== null) {
          byId.delete(id);
          lagging.delete(state.no);
        }
      }
      stored.clear();
      changes = [];
    },
  };
};

/** After a kill: what the events say about sessions whose rows lagged. To be run in a transaction. */
export const catchUpSessions = (db: Connection, followed: number): void => {
  db.sql(`
    UPDATE sessions SET last_seq = max(last_seq, newer.seq), updated_at = max(updated_at, newer.at)
    FROM (SELECT session, max(seq) AS seq, max(at) AS at FROM events WHERE id > ? GROUP BY session) AS newer
    WHERE newer.session = sessions.no
  `).run([followed]);
};
