import { AppError } from '../../../src-shared/app-error.ts';
import type { Purged, Read, SearchHit, SessionRow, Write } from '../database.ts';
import { matchesText, parseSearch, searchableText } from '../search-text.ts';
import { forgetFileChanges } from './file-changes.ts';
import { clash, type StoredEvent, type Tables } from './tables.ts';

type SessionWrite = Extract<Write, { op: `session.${string}` }>;
type SessionRead = Extract<Read, { op: `session.${string}` }>;

export const writeSession = (tables: Tables, write: SessionWrite): Purged | null => {
  switch (write.op) {
    case 'session.put': {
      const { session } = write;
      if (tables.sessions.has(session.id)) return null;
      if (isNameTaken(tables, session)) throw clash();
      tables.sessions.set(session.id, { ...session, updatedAt: session.createdAt, lastSeq: 0, pinned: false, deletedAt: null });
      return null;
    }
    case 'session.update': {
      const { op: _op, id, ...changes } = write;
      const session = sessionOf(tables, id);
      if (session.deletedAt !== null) throw new AppError('SESSION_UNKNOWN');
      const changed = { ...session, ...changes };
      if (isNameTaken(tables, changed)) throw new AppError('SESSION_NAME_TAKEN');
      tables.sessions.set(id, changed);
      return null;
    }
    case 'session.delete': {
      const session = sessionOf(tables, write.id);
      tables.sessions.set(write.id, { ...session, deletedAt: session.deletedAt ?? write.at });
      return null;
    }
    case 'session.restore': {
      const session = sessionOf(tables, write.id);
      if (session.deletedAt === purgeBegun) throw new AppError('SESSION_UNKNOWN');
      tables.sessions.set(write.id, { ...session, deletedAt: null, name: isNameTaken(tables, session) ? null : session.name });
      return null;
    }
    case 'session.purge':
      return purge(tables, write);
  }
};

export const sessionOf = (tables: Tables, id: string): SessionRow => {
  const session = tables.sessions.get(id);
  if (!session) throw new AppError('SESSION_UNKNOWN');
  return session;
};

const isNameTaken = (tables: Tables, { id, ownerId, name }: Pick<SessionRow, 'id' | 'ownerId' | 'name'>): boolean =>
  name !== null &&
  [...tables.sessions.values()].some(
    (other) => other.id !== id && other.ownerId === ownerId && other.name === name && other.deletedAt === null,
  );

const purgeBegun = 0;

const purge = (tables: Tables, write: Extract<Write, { op: 'session.purge' }>): Purged => {
  const { deletedBefore, hiddenBefore, usedBefore, limit } = write;
  const turnsOf = (id: string) => [...tables.turns.values()].filter((turn) => turn.sessionId === id);
  const isDue = (s: SessionRow): boolean => {
    if (turnsOf(s.id).some(({ status }) => status === 'accepted')) return false;
    if (s.deletedAt !== null) return s.deletedAt === purgeBegun || s.deletedAt < deletedBefore;
    return s.hidden ? s.updatedAt < hiddenBefore : usedBefore !== null && !s.pinned && s.updatedAt < usedBefore;
  };
  let rows = limit;
  let gone = 0;
  for (const session of [...tables.sessions.values()].filter(isDue)) {
    const events = tables.events.filter(({ sessionId }) => sessionId === session.id).slice(0, rows);
    tables.events = tables.events.filter((event) => !events.includes(event));
    rows -= events.length;
    const turns = tables.events.some(({ sessionId }) => sessionId === session.id) ? [] : turnsOf(session.id).slice(0, rows);
    for (const { messageId } of turns) dropTurn(tables, messageId);
    rows -= turns.length;
    if (rows === 0) {
      tables.sessions.set(session.id, { ...session, deletedAt: purgeBegun });
      return { gone, more: true };
    }
    tables.sessions.delete(session.id);
    rows -= 1;
    gone += 1;
  }
  return { gone, more: rows === 0 };
};

const dropTurn = (tables: Tables, messageId: string): void => {
  forgetFileChanges(tables, messageId);
  tables.turns.delete(messageId);
  for (const [id, batch] of tables.batches) {
    const lines = batch.lines.map((line) => (line.messageId === messageId ? { ...line, messageId: null } : line));
    tables.batches.set(id, { ...batch, lines });
  }
};

export const readSession = (tables: Tables, read: SessionRead): unknown => {
  switch (read.op) {
    case 'session.get':
      return tables.sessions.get(read.id) ?? null;
    case 'session.byName': {
      const named = (s: SessionRow) => s.name === read.name && s.deletedAt === null && owned(read.ownerId, s);
      return newestFirst([...tables.sessions.values()].filter(named))[0] ?? null;
    }
    case 'session.list': {
      const { before, pinned, channel } = read;
      const wanted = (s: SessionRow) =>
        owned(read.ownerId, s) &&
        isShown(s) &&
        (pinned === undefined || s.pinned === pinned) &&
        (channel === undefined ? s.channel !== 'batch' : s.channel === channel) &&
        (!before || s.updatedAt < before.updatedAt || (s.updatedAt === before.updatedAt && s.id < before.id));
      return newestFirst([...tables.sessions.values()].filter(wanted)).slice(0, read.limit);
    }
  }
};

export const search = (tables: Tables, read: Extract<Read, { op: 'event.search' }>): readonly SearchHit[] => {
  const query = parseSearch(read.text);
  if (!query) return [];
  const hits = tables.events.flatMap(({ id, sessionId, row }: StoredEvent): SearchHit[] => {
    const session = tables.sessions.get(sessionId);
    const text = searchableText(row.event);
    const hit = session && isShown(session) && text !== null && owned(read.ownerId, session) && matchesText(query, text);
    return hit && (read.before === null || id < read.before) ? [{ cursor: id, session, row }] : [];
  });
  return hits.reverse().slice(0, read.limit);
};

const isShown = (session: SessionRow): boolean => !session.hidden && session.deletedAt === null;

const owned = (ownerId: string | null, session: SessionRow): boolean => ownerId === null || session.ownerId === ownerId;

const newestFirst = (rows: SessionRow[]): SessionRow[] => rows.sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1));
