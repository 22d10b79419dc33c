import { AppError } from '../../src-shared/app-error.ts';
import { assertNever } from '../../src-shared/assert-never.ts';
import {
  type Database,
  type EventRow,
  idempotencyWindowMs,
  type Read,
  type SearchHit,
  type SessionRow,
  type TokenRow,
  type TurnRow,
  type Write,
} from './database.ts';
import { matchesText, parseSearch, searchableText } from './search-text.ts';

export type MemoryDatabaseOptions = {
  /** Asked before every write: an error to reject with, as a full disk would. */
  readonly fault?: () => AppError | null;
};

/** The in-memory twin of the worker's database, with the same answers and errors. For tests. */
export const createMemoryDatabase = ({ fault = () => null }: MemoryDatabaseOptions = {}): Database => {
  const tables: Tables = { sessions: new Map(), turns: new Map(), tokens: new Map(), meta: new Map(), events: [] };
  let closed = false;

  const guarded = async <T>(work: () => T): Promise<T> => {
    if (closed) throw new AppError('STORAGE_FAILED', { message: 'The database is closed.', retryable: false });
    return work();
  };

  return {
    write: (writes) =>
      guarded(() => {
        const full = fault();
        if (full) throw full;
        const before = snapshot(tables);
        try {
          return writes.map((write) => apply(tables, copy(write))) as never;
        } catch (error) {
          Object.assign(tables, before);
          throw error;
        }
      }),
    read: (read) => guarded(() => copy(answer(tables, read)) as never),
    close: async () => {
      closed = true;
    },
  };
};

/** `id` is the rowid: the order over all sessions. */
type StoredEvent = { readonly id: number; readonly sessionId: string; readonly row: EventRow };
type Tables = {
  sessions: Map<string, SessionRow>;
  turns: Map<string, TurnRow>;
  tokens: Map<string, TokenRow>;
  meta: Map<string, string>;
  events: readonly StoredEvent[];
};

/** Rows are never changed in place, so copies of the maps are enough. */
const snapshot = (tables: Tables): Tables => ({
  sessions: new Map(tables.sessions),
  turns: new Map(tables.turns),
  tokens: new Map(tables.tokens),
  meta: new Map(tables.meta),
  events: tables.events,
});

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const apply = (tables: Tables, write: Write): readonly number[] | number | null => {
  switch (write.op) {
    case 'session.put': {
      const { session } = write;
      if (tables.sessions.has(session.id)) return null;
      const taken = (other: SessionRow) => other.ownerId === session.ownerId && other.name !== null && other.name === session.name;
      if ([...tables.sessions.values()].some(taken)) throw clash();
      tables.sessions.set(session.id, { ...session, updatedAt: session.createdAt, lastSeq: 0 });
      return null;
    }
    case 'turn.insert':
      insertTurn(tables, write.turn);
      return null;
    case 'events.append':
      return write.events.map((event) => append(tables, write.sessionId, event));
    case 'turn.checkpoint':
      changeTurn(tables, write.messageId, { partial: write.partial });
      return null;
    case 'turn.openTool':
      changeTurn(tables, write.messageId, { openToolCall: write.toolCall });
      return null;
    case 'turn.end':
      changeTurn(tables, write.messageId, { status: write.status, endedAt: write.endedAt, usage: write.usage, partial: '' });
      return null;
    case 'token.insert':
      if (tables.tokens.has(write.token.id)) throw clash();
      tables.tokens.set(write.token.id, write.token);
      return null;
    case 'token.revoke': {
      const token = tables.tokens.get(write.id);
      if (!token) throw new AppError('TOKEN_UNKNOWN');
      tables.tokens.set(write.id, { ...token, revokedAt: token.revokedAt ?? write.at });
      return null;
    }
    case 'token.revokeAll': {
      const valid = [...tables.tokens.values()].filter((token) => token.revokedAt === null);
      for (const token of valid) tables.tokens.set(token.id, { ...token, revokedAt: write.at });
      return valid.length;
    }
    case 'token.used':
      for (const { id, requests, at, address } of write.uses) {
        const token = tables.tokens.get(id);
        if (token) tables.tokens.set(id, { ...token, requests: token.requests + requests, lastUsedAt: at, lastAddress: address });
      }
      return null;
    case 'token.prune': {
      const expired = [...tables.tokens.values()].filter((token) => token.expiresAt < write.expiredBefore);
      for (const token of expired) tables.tokens.delete(token.id);
      return expired.length;
    }
    case 'meta.set':
      if (write.value === null) tables.meta.delete(write.key);
      else tables.meta.set(write.key, write.value);
      return null;
    default:
      return assertNever(write);
  }
};

const insertTurn = (tables: Tables, turn: Extract<Write, { op: 'turn.insert' }>['turn']): void => {
  if (!tables.sessions.has(turn.sessionId)) throw new AppError('SESSION_UNKNOWN');
  if (tables.turns.has(turn.messageId)) throw clash();
  const holder = [...tables.turns.values()].find(
    (other) => turn.idempotencyKey !== null && other.idempotencyKey === turn.idempotencyKey && other.ownerId === turn.ownerId,
  );
  if (holder) {
    if (holder.acceptedAt >= turn.acceptedAt - idempotencyWindowMs) throw new AppError('IDEMPOTENCY_CONFLICT');
    tables.turns.set(holder.messageId, { ...holder, idempotencyKey: null });
  }
  tables.turns.set(turn.messageId, { ...turn, status: 'accepted', endedAt: null, partial: '', openToolCall: null, usage: null });
};

const append = (tables: Tables, sessionId: string, event: Omit<EventRow, 'seq'>): number => {
  const session = tables.sessions.get(sessionId);
  if (!session) throw new AppError('SESSION_UNKNOWN');
  if (!tables.turns.has(event.messageId)) throw new AppError('MESSAGE_UNKNOWN');
  const seq = session.lastSeq + 1;
  tables.sessions.set(sessionId, { ...session, lastSeq: seq, updatedAt: Math.max(session.updatedAt, event.at) });
  tables.events = [...tables.events, { id: tables.events.length + 1, sessionId, row: { seq, ...event } }];
  return seq;
};

const changeTurn = (tables: Tables, messageId: string, change: Partial<TurnRow>): void => {
  const turn = tables.turns.get(messageId);
  if (!turn) throw new AppError('MESSAGE_UNKNOWN');
  tables.turns.set(messageId, { ...turn, ...change });
};

const clash = (): AppError => new AppError('INTERNAL', { message: 'What was to be stored clashes with what is stored already.' });

const answer = (tables: Tables, read: Read): unknown => {
  switch (read.op) {
    case 'session.get':
      return tables.sessions.get(read.id) ?? null;
    case 'session.byName':
      return newestFirst([...tables.sessions.values()].filter((s) => s.name === read.name && owned(read.ownerId, s)))[0] ?? null;
    case 'session.list': {
      const { before } = read;
      const older = (s: SessionRow) => !before || s.updatedAt < before.updatedAt || (s.updatedAt === before.updatedAt && s.id < before.id);
      return newestFirst([...tables.sessions.values()].filter((s) => owned(read.ownerId, s) && older(s))).slice(0, read.limit);
    }
    case 'turn.get':
      return tables.turns.get(read.messageId) ?? null;
    case 'turn.byIdempotencyKey': {
      const holds = (t: TurnRow) => t.ownerId === read.ownerId && t.idempotencyKey === read.key && t.acceptedAt > read.acceptedAfter;
      return [...tables.turns.values()].find(holds) ?? null;
    }
    case 'turn.unfinished':
      return [...tables.turns.values()].filter((turn) => turn.status === 'accepted');
    case 'event.list': {
      const within = ({ sessionId, row }: StoredEvent) =>
        sessionId === read.sessionId && row.seq > read.afterSeq && (read.beforeSeq === null || row.seq < read.beforeSeq);
      const rows = tables.events.filter(within).map(({ row }) => row);
      return read.newest ? rows.slice(Math.max(0, rows.length - read.limit)) : rows.slice(0, read.limit);
    }
    case 'event.ofTurn':
      return tables.events.filter(({ row }) => row.messageId === read.messageId).map(({ row }) => row);
    case 'event.search':
      return search(tables, read);
    case 'token.list':
      return [...tables.tokens.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
    case 'meta.get':
      return tables.meta.get(read.key) ?? null;
    default:
      return assertNever(read);
  }
};

const search = (tables: Tables, read: Extract<Read, { op: 'event.search' }>): readonly SearchHit[] => {
  const query = parseSearch(read.text);
  if (!query) return [];
  const hits = tables.events.flatMap(({ id, sessionId, row }): SearchHit[] => {
    const session = tables.sessions.get(sessionId);
    const text = searchableText(row.event);
    const hit = session && text !== null && owned(read.ownerId, session) && matchesText(query, text);
    return hit && (read.before === null || id < read.before) ? [{ cursor: id, session, row }] : [];
  });
  return hits.reverse().slice(0, read.limit);
};

const owned = (ownerId: string | null, session: SessionRow): boolean => ownerId === null || session.ownerId === ownerId;

const newestFirst = (rows: SessionRow[]): SessionRow[] => rows.sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1));
