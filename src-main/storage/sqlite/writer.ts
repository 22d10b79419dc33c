import { AppError } from '../../../src-shared/app-error.ts';
import { assertNever } from '../../../src-shared/assert-never.ts';
import { idempotencyWindowMs } from '../database.ts';
import type { PackedEvent, PackedTurn, PackedWrite, WriteYield } from '../worker-protocol.ts';
import { writeApproval } from './approvals.ts';
import { writeBatch } from './batch-writes.ts';
import type { Connection, SqlValue } from './connection.ts';
import { sqliteCode } from './failures.ts';
import { writeFileChange } from './file-changes.ts';
import { writeInbox } from './inbox.ts';
import { appKey, getMeta, setMeta } from './meta.ts';
import { writeOutbox } from './outbox.ts';
import { writePeer } from './peers.ts';
import { purgeSessions } from './purge.ts';
import { purgeChannels } from './purge-channels.ts';
import { isFreeing, type Quota } from './quota.ts';
import type { SessionBook, SessionState } from './session-book.ts';
import { writeSession } from './session-writes.ts';
import { writeSkill } from './skills.ts';
import { writeTask } from './tasks.ts';
import { writeToken } from './token-writes.ts';
import { createUsageSums } from './usage-sums.ts';

export type CallResult = readonly (WriteYield | null)[] | { readonly error: unknown };

export type Writer = {
  /** Each call all or nothing, all of them in one commit. Returns after the commit; never throws. */
  readonly applyGroup: (calls: readonly (readonly PackedWrite[])[]) => readonly CallResult[];
  /** Id of the newest event that was ever stored or tried. */
  readonly lastEvent: () => number;
};

export const createWriter = (db: Connection, book: SessionBook, quota: Quota): Writer => {
  let lastTurn = lastNumber(db, 'SELECT coalesce(max(no), 0) FROM turns');
  // The newest events may have been purged. What the index has passed, it does not look at again.
  let lastEvent = Math.max(lastNumber(db, 'SELECT coalesce(max(id), 0) FROM events'), Number(getMeta(db, 'followed') ?? 0));
  const usage = createUsageSums(db);
  /** Turns that are still running: message id → number. Only spares look-ups. */
  const running = new Map<string, number>();

  const applyCall = (writes: readonly PackedWrite[]): readonly (WriteYield | null)[] => {
    const plan: Plan = { sessions: [], turns: new Map(), events: [] };
    const results = writes.map((write) => step(plan, write));
    flush(plan);
    return results;
  };

  /**
   * A turn that is inserted, written to and ended in one call costs one INSERT for the turn and one for two events:
   * what belongs to a turn is gathered first.
   */
  const step = (plan: Plan, write: PackedWrite): WriteYield | null => {
    switch (write.op) {
      case 'session.put': {
        if (book.find(write.session.id)) return null;
        plan.sessions.push({ state: book.open(write.session), session: write.session });
        return null;
      }
      case 'turn.insert':
        // An id twice in one call: let the table find it.
        if (plan.turns.has(write.turn.messageId)) flush(plan);
        plan.turns.set(write.turn.messageId, planTurn(sessionOf(write.turn.sessionId), write.turn));
        return null;
      case 'events.append': {
        const session = sessionOf(write.sessionId);
        return write.events.map((event) => {
          const seq = book.advance(session, event.at);
          plan.events.push({ session, seq, event });
          return seq;
        });
      }
      case 'turn.end':
        endTurn(plan, write);
        return null;
      case 'turn.checkpoint':
        if (plan.turns.has(write.messageId)) flush(plan);
        changeTurn('UPDATE turns SET partial = ? WHERE message_id = ?', [JSON.stringify(write.partial), write.messageId]);
        return null;
      case 'turn.openTool':
        if (plan.turns.has(write.messageId)) flush(plan);
        changeTurn('UPDATE turns SET open_tool_call = ? WHERE message_id = ?', [write.toolCall, write.messageId]);
        return null;
      case 'session.update':
      case 'session.delete':
      case 'session.restore':
        flush(plan);
        return writeSession(db, write);
      case 'session.purge':
        flush(plan);
        return purgeSessions(db, book, write);
      case 'batch.insert':
      case 'batch.lines':
      case 'batch.loaded':
      case 'batch.status':
      case 'batch.line':
      case 'batch.cancelWaiting':
      case 'batch.delete':
      case 'batch.purge':
        return writeBatch(db, write);
      case 'token.insert':
      case 'token.revoke':
      case 'token.restore':
      case 'token.revokeAll':
      case 'token.used':
      case 'token.prune':
        return writeToken(db, write);
      case 'approval.put':
      case 'approval.decide':
      case 'approval.expireAll':
      case 'rule.put':
      case 'rule.used':
      case 'rule.delete':
        return writeApproval(db, write);
      case 'fileChange.put':
      case 'fileChange.forget':
        return writeFileChange(db, write);
      case 'skillBinding.put':
      case 'skillBinding.delete':
        return writeSkill(db, write);
      case 'task.insert':
      case 'task.update':
      case 'task.remove':
        return writeTask(db, write);
      case 'inbox.put':
      case 'inbox.end':
        return writeInbox(db, write);
      case 'outbox.put':
      case 'outbox.update':
      case 'outbox.recover':
      case 'outbox.again':
      case 'outbox.remove':
      case 'outbox.restore':
      case 'outbox.bury':
        return writeOutbox(db, write);
      case 'peer.put':
      case 'peer.remove':
      case 'pluginState.set':
        return writePeer(db, write);
      case 'channel.purge':
        return purgeChannels(db, write);
      case 'meta.set':
        setMeta(db, appKey(write.key), write.value);
        return null;
      default:
        return assertNever(write);
    }
  };

  const sessionOf = (id: string): SessionState => {
    const session = book.find(id);
    if (!session) throw new AppError('SESSION_UNKNOWN');
    return session;
  };

  const planTurn = (session: SessionState, turn: PackedTurn): PlannedTurn => {
    lastTurn += 1;
    return { no: lastTurn, session, turn, status: 'accepted', endedAt: null, usage: null, model: null };
  };

  const endTurn = (plan: Plan, end: Extract<PackedWrite, { op: 'turn.end' }>): void => {
    const { messageId, status, endedAt, model } = end;
    const planned = plan.turns.get(messageId);
    let owner: readonly [ownerId: string, agentId: string];
    if (planned) {
      Object.assign(planned, { status, endedAt, usage: end.usage, model });
      owner = [planned.turn.ownerId, planned.turn.agentId];
    } else {
      const row = db.sql(endSql).get([status, endedAt, end.usage, model, messageId]);
      if (!row) throw new AppError('MESSAGE_UNKNOWN');
      owner = [String(row[0]), String(row[1])];
    }
    running.delete(messageId);
    usage.add({ ...end, ownerId: owner[0], agentId: owner[1], usage: end.usage === null ? null : JSON.parse(end.usage) });
  };

  const flush = (plan: Plan): void => {
    for (const { state, session: s } of plan.sessions) {
      db.sql(insertSession).run([
        state.no,
        s.id,
        s.ownerId,
        s.name,
        s.title,
        s.agentId,
        s.channel,
        s.createdAt,
        state.updatedAt,
        state.lastSeq,
        s.hidden ? 1 : 0,
      ]);
      book.inserted(state);
    }
    for (const planned of plan.turns.values()) storeTurn(planned);
    const rows = plan.events.map(({ session, seq, event }) => {
      lastEvent += 1;
      const turn = plan.turns.get(event.messageId)?.no ?? turnNumber(event.messageId);
      return [lastEvent, session.no, seq, turn, event.at, event.event];
    });
    let at = 0;
    for (; at + 1 < rows.length; at += 2) db.sql(insertTwoEvents).run([...(rows[at] ?? []), ...(rows[at + 1] ?? [])]);
    if (at < rows.length) db.sql(insertEvent).run(rows[at] ?? []);
    plan.sessions = [];
    plan.turns.clear();
    plan.events = [];
  };

  const storeTurn = (planned: PlannedTurn): void => {
    const { no, session, turn: t } = planned;
    const row = [
      no,
      t.messageId,
      session.no,
      t.ownerId,
      t.agentId,
      t.traceId,
      t.via,
      planned.model,
      planned.status,
      t.acceptedAt,
      planned.endedAt,
      t.options,
      noText,
      null,
      planned.usage,
      t.idempotencyKey,
      t.bodyHash,
    ];
    if (t.idempotencyKey === null) db.sql(insertTurn).run(row);
    else {
      db.sql(releaseKey).run([t.ownerId, t.idempotencyKey, t.acceptedAt - idempotencyWindowMs]);
      try {
        db.sql(insertTurn).run(row);
      } catch (error) {
        if (sqliteCode(error) !== 'SQLITE_CONSTRAINT_UNIQUE' || !String(error).includes('idempotency_key')) throw error;
        throw new AppError('IDEMPOTENCY_CONFLICT', { cause: error });
      }
    }
    if (planned.status === 'accepted') running.set(t.messageId, no);
  };

  const turnNumber = (messageId: string): number => {
    const known = running.get(messageId);
    if (known !== undefined) return known;
    const row = db.sql('SELECT no FROM turns WHERE message_id = ?').get([messageId]);
    if (!row) throw new AppError('MESSAGE_UNKNOWN');
    return Number(row[0]);
  };

  const changeTurn = (sql: string, values: readonly SqlValue[]): void => {
    if (db.sql(sql).run(values) === 0) throw new AppError('MESSAGE_UNKNOWN');
  };

  const inTransaction = (work: () => readonly CallResult[]): readonly CallResult[] => {
    try {
      db.exec('BEGIN IMMEDIATE');
      const results = work();
      usage.store();
      if (book.lagCount() > maxLagging) book.store();
      db.exec('COMMIT');
      book.committed();
      return results;
    } catch (error) {
      // A full disk can have ended the transaction already.
      if (db.inTransaction()) db.exec('ROLLBACK');
      book.rolledBack();
      usage.forget();
      running.clear();
      throw error;
    }
  };

  const applyAlone = (call: readonly PackedWrite[]): CallResult => {
    const apply = () => inTransaction(() => [applyCall(call)]);
    try {
      // At the quota too there must be a way to make room, and that needs a few pages first.
      return (call.some(isFreeing) ? quota.lend(apply) : apply())[0] ?? [];
    } catch (error) {
      return { error };
    }
  };

  return {
    lastEvent: () => lastEvent,
    applyGroup: (calls) => {
      try {
        return inTransaction(() => calls.map(applyCall));
      } catch (error) {
        if (calls.length === 1 && !calls[0]?.some(isFreeing)) return [{ error }];
      }
      // One of them is bad, and savepoints around each would cost all of them. So each on its own now.
      return calls.map(applyAlone);
    },
  };
};

/** More than this many sessions are brought up to date together with the turns, so that no batch grows long. */
const maxLagging = 1024;

type Plan = {
  sessions: { readonly state: SessionState; readonly session: Extract<PackedWrite, { op: 'session.put' }>['session'] }[];
  readonly turns: Map<string, PlannedTurn>;
  events: { readonly session: SessionState; readonly seq: number; readonly event: PackedEvent }[];
};

type PlannedTurn = {
  readonly no: number;
  readonly session: SessionState;
  readonly turn: PackedTurn;
  status: string;
  endedAt: number | null;
  usage: string | null;
  model: string | null;
};

const lastNumber = (db: Connection, sql: string): number => Number(db.sql(sql).get([])?.[0]);

const insertSession = `INSERT INTO sessions
  (no, id, owner_id, name, title, agent_id, channel, created_at, updated_at, last_seq, hidden) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const insertTurn = `INSERT INTO turns
  (no, message_id, session, owner_id, agent_id, trace_id, via, model, status, accepted_at, ended_at, options, partial, open_tool_call,
   usage, idempotency_key, body_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const insertEvent = 'INSERT INTO events (id, session, seq, turn, at, event) VALUES (?, ?, ?, ?, ?, ?)';
const insertTwoEvents = `${insertEvent}, (?, ?, ?, ?, ?, ?)`;
/** `partial` is kept as JSON: the driver ends a text at its first NUL when it reads it back. */
const noText = '""';
const endSql = `UPDATE turns SET status = ?, ended_at = ?, usage = ?, model = ?, partial = '${noText}' WHERE message_id = ?
  RETURNING owner_id, agent_id`;
const releaseKey = 'UPDATE turns SET idempotency_key = NULL WHERE owner_id = ? AND idempotency_key = ? AND accepted_at < ?';
