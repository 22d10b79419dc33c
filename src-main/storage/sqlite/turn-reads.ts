import type { Read, RequestRowStored, TurnRow } from '../database.ts';
import type { Connection, SqlValue } from './connection.ts';
import { nullable, nullableNumber, oneAsJson, type Row, text } from './rows.ts';

type TurnRead = Extract<Read, { op: `turn.${string}` | `request.${string}` }>;

export const readTurns = (db: Connection, read: TurnRead): string => {
  switch (read.op) {
    case 'turn.get':
      return oneAsJson(db.sql(`${turns} WHERE turns.message_id = ?`).get([read.messageId]), turn);
    case 'turn.byIdempotencyKey':
      return oneAsJson(
        db
          .sql(`${turns} WHERE turns.owner_id = ? AND turns.idempotency_key = ? AND turns.accepted_at > ?`)
          .get([read.ownerId, read.key, read.acceptedAfter]),
        turn,
      );
    case 'turn.unfinished':
      return JSON.stringify(db.sql(`${turns} WHERE turns.status = 'accepted' ORDER BY turns.no`).all([]).map(turn));
    case 'request.list': {
      const { sql, values } = requestQuery(read);
      return JSON.stringify(db.sql(sql).all(values).map(request));
    }
    case 'request.get':
      return oneAsJson(db.sql(`${turns} WHERE turns.message_id = ?`).get([read.messageId]), request);
  }
};

type RequestList = Extract<Read, { op: 'request.list' }>;

/** A page of turns in the order of an index, so that a rare door or failure among a million is found at once. */
export const requestQuery = (read: RequestList): { readonly sql: string; readonly values: readonly SqlValue[] } => {
  const conditions: [string, SqlValue][] = [['turns.no < ?', read.before ?? Number.MAX_SAFE_INTEGER]];
  if (read.ownerId !== null) conditions.push(['turns.owner_id = ?', read.ownerId]);
  if (read.via !== undefined) conditions.push(['turns.via = ?', read.via]);
  if (read.agentId !== undefined) conditions.push(['turns.agent_id = ?', read.agentId]);
  const status = read.status === undefined ? '' : ` AND ${withStatus[read.status]}`;
  return {
    sql: `SELECT ${turnColumns} FROM turns ${requestIndex(read)} CROSS JOIN sessions ON sessions.no = turns.session
      WHERE ${conditions.map(([condition]) => condition).join(' AND ')}${status} ORDER BY turns.no DESC LIMIT ?`,
    values: [...conditions.map(([, value]) => value), read.limit],
  };
};

/** Partial indexes want the status in the text. */
const withStatus: Readonly<Record<TurnRow['status'], string>> = {
  accepted: "turns.status = 'accepted'",
  completed: "turns.status = 'completed'",
  failed: "turns.status = 'failed'",
  timeout: "turns.status = 'timeout'",
  cancelled: "turns.status = 'cancelled'",
};

/** The narrowest that can be told without counting. */
const requestIndex = ({ ownerId, via, status, agentId }: RequestList): string => {
  if (status === 'accepted') return 'INDEXED BY turns_unfinished';
  if (status !== undefined && status !== 'completed') return 'INDEXED BY turns_unwell';
  if (ownerId !== null) return 'INDEXED BY turns_of_owner';
  if (via !== undefined) return 'INDEXED BY turns_by_door';
  return agentId === undefined ? 'NOT INDEXED' : 'INDEXED BY turns_of_agent';
};

const turn = (row: Row): TurnRow => ({
  messageId: text(row[0]),
  sessionId: text(row[1]),
  ownerId: text(row[2]),
  agentId: text(row[3]),
  traceId: text(row[4]),
  via: text(row[5]) as TurnRow['via'],
  model: nullable(row[6]),
  status: text(row[7]) as TurnRow['status'],
  acceptedAt: Number(row[8]),
  endedAt: nullableNumber(row[9]),
  options: JSON.parse(text(row[10])),
  partial: JSON.parse(text(row[11])),
  openToolCall: nullable(row[12]),
  usage: row[13] === null ? null : JSON.parse(text(row[13])),
  idempotencyKey: nullable(row[14]),
  bodyHash: nullable(row[15]),
});

const request = (row: Row): RequestRowStored => ({
  no: Number(row[16]),
  turn: turn(row),
  channel: text(row[17]),
  hidden: row[18] === 1,
});

const turnColumns = `turns.message_id, sessions.id, turns.owner_id, turns.agent_id, turns.trace_id, turns.via, turns.model, turns.status,
  turns.accepted_at, turns.ended_at, turns.options, turns.partial, turns.open_tool_call, turns.usage, turns.idempotency_key,
  turns.body_hash, turns.no, sessions.channel, sessions.hidden`;
const turns = `SELECT ${turnColumns} FROM turns JOIN sessions ON sessions.no = turns.session`;
