import { AppError } from '../../../src-shared/app-error.ts';
import { type EventRow, idempotencyWindowMs, type Read, type RequestRowStored, type TurnRow, type Write } from '../database.ts';
import { search, sessionOf } from './sessions.ts';
import { clash, type StoredEvent, type StoredTurn, type Tables } from './tables.ts';
import { addUsage } from './usage.ts';

type TurnWrite = Extract<Write, { op: `turn.${string}` | 'events.append' }>;
type TurnRead = Extract<Read, { op: `turn.${string}` | `request.${string}` | `event.${string}` }>;

export const writeTurn = (tables: Tables, write: TurnWrite): readonly number[] | null => {
  switch (write.op) {
    case 'turn.insert':
      insert(tables, write.turn);
      return null;
    case 'events.append':
      return write.events.map((event) => append(tables, write.sessionId, event));
    case 'turn.checkpoint':
      change(tables, write.messageId, { partial: write.partial });
      return null;
    case 'turn.openTool':
      change(tables, write.messageId, { openToolCall: write.toolCall });
      return null;
    case 'turn.end': {
      const { status, endedAt, usage, model } = write;
      addUsage(tables, change(tables, write.messageId, { status, endedAt, usage, model, partial: '' }), write.durationMs);
      return null;
    }
  }
};

const insert = (tables: Tables, turn: Extract<Write, { op: 'turn.insert' }>['turn']): void => {
  sessionOf(tables, turn.sessionId);
  if (tables.turns.has(turn.messageId)) throw clash();
  const holder = [...tables.turns.values()].find(
    (other) => turn.idempotencyKey !== null && other.idempotencyKey === turn.idempotencyKey && other.ownerId === turn.ownerId,
  );
  if (holder) {
    if (holder.acceptedAt >= turn.acceptedAt - idempotencyWindowMs) throw new AppError('IDEMPOTENCY_CONFLICT');
    tables.turns.set(holder.messageId, { ...holder, idempotencyKey: null });
  }
  tables.last += 1;
  const begun = { status: 'accepted', endedAt: null, partial: '', openToolCall: null, usage: null, model: null } as const;
  tables.turns.set(turn.messageId, { ...turn, ...begun, no: tables.last });
};

const append = (tables: Tables, sessionId: string, event: Omit<EventRow, 'seq'>): number => {
  const session = sessionOf(tables, sessionId);
  if (!tables.turns.has(event.messageId)) throw new AppError('MESSAGE_UNKNOWN');
  const seq = session.lastSeq + 1;
  tables.sessions.set(sessionId, { ...session, lastSeq: seq, updatedAt: Math.max(session.updatedAt, event.at) });
  tables.last += 1;
  tables.events = [...tables.events, { id: tables.last, sessionId, row: { seq, ...event } }];
  return seq;
};

const change = (tables: Tables, messageId: string, changes: Partial<TurnRow>): TurnRow => {
  const turn = tables.turns.get(messageId);
  if (!turn) throw new AppError('MESSAGE_UNKNOWN');
  const changed = { ...turn, ...changes };
  tables.turns.set(messageId, changed);
  return changed;
};

export const readTurn = (tables: Tables, read: TurnRead): unknown => {
  const turns = [...tables.turns.values()];
  switch (read.op) {
    case 'turn.get':
      return turnRow(tables.turns.get(read.messageId));
    case 'turn.byIdempotencyKey':
      return turnRow(turns.find((t) => t.ownerId === read.ownerId && t.idempotencyKey === read.key && t.acceptedAt > read.acceptedAfter));
    case 'turn.unfinished':
      return turns.filter((turn) => turn.status === 'accepted').map(turnRow);
    case 'request.list': {
      const wanted = (turn: StoredTurn) =>
        (read.ownerId === null || turn.ownerId === read.ownerId) &&
        (read.before === null || turn.no < read.before) &&
        (read.via === undefined || turn.via === read.via) &&
        (read.status === undefined || turn.status === read.status) &&
        (read.agentId === undefined || turn.agentId === read.agentId);
      return turns
        .filter(wanted)
        .sort((a, b) => b.no - a.no)
        .slice(0, read.limit)
        .map((turn) => request(tables, turn));
    }
    case 'request.get': {
      const turn = tables.turns.get(read.messageId);
      return turn ? request(tables, turn) : null;
    }
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
  }
};

const turnRow = (stored: StoredTurn | undefined): TurnRow | null => {
  if (!stored) return null;
  const { no: _no, ...turn } = stored;
  return turn;
};

const request = (tables: Tables, { no, ...turn }: StoredTurn): RequestRowStored => {
  const { channel, hidden } = sessionOf(tables, turn.sessionId);
  return { no, turn, channel, hidden };
};
