import { AppError } from '../../src-shared/app-error.ts';
import { assertNever } from '../../src-shared/assert-never.ts';
import type { Database, Purged, Read, Write } from './database.ts';
import { readApprovals, writeApproval } from './memory/approvals.ts';
import { readBatch, writeBatch } from './memory/batches.ts';
import { readChannel, writeChannel } from './memory/channels.ts';
import { readFileChanges, writeFileChange } from './memory/file-changes.ts';
import { readSession, writeSession } from './memory/sessions.ts';
import { readSkills, writeSkill } from './memory/skills.ts';
import { emptyTables, snapshot, type Tables } from './memory/tables.ts';
import { readTask, writeTask } from './memory/tasks.ts';
import { listTokens, writeToken } from './memory/tokens.ts';
import { readTurn, writeTurn } from './memory/turns.ts';
import { sumUsage } from './memory/usage.ts';

export type MemoryDatabaseOptions = {
  /** Asked before every write: an error to reject with, as a full disk would. */
  readonly fault?: () => AppError | null;
};

/** The in-memory twin of the worker's database, with the same answers and errors. For tests. */
export const createMemoryDatabase = ({ fault = () => null }: MemoryDatabaseOptions = {}): Database => {
  const tables = emptyTables();
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

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const apply = (tables: Tables, write: Write): readonly number[] | number | Purged | null => {
  switch (write.op) {
    case 'session.put':
    case 'session.update':
    case 'session.delete':
    case 'session.restore':
    case 'session.purge':
      return writeSession(tables, write);
    case 'turn.insert':
    case 'events.append':
    case 'turn.checkpoint':
    case 'turn.openTool':
    case 'turn.end':
      return writeTurn(tables, write);
    case 'token.insert':
    case 'token.revoke':
    case 'token.restore':
    case 'token.revokeAll':
    case 'token.used':
    case 'token.prune':
      return writeToken(tables, write);
    case 'batch.insert':
    case 'batch.lines':
    case 'batch.loaded':
    case 'batch.status':
    case 'batch.line':
    case 'batch.cancelWaiting':
    case 'batch.delete':
    case 'batch.purge':
      return writeBatch(tables, write);
    case 'approval.put':
    case 'approval.decide':
    case 'approval.expireAll':
    case 'rule.put':
    case 'rule.used':
    case 'rule.delete':
      return writeApproval(tables, write);
    case 'fileChange.put':
    case 'fileChange.forget':
      return writeFileChange(tables, write);
    case 'skillBinding.put':
    case 'skillBinding.delete':
      return writeSkill(tables, write);
    case 'task.insert':
    case 'task.update':
    case 'task.remove':
      return writeTask(tables, write);
    case 'inbox.put':
    case 'inbox.end':
    case 'outbox.put':
    case 'outbox.update':
    case 'outbox.recover':
    case 'outbox.again':
    case 'outbox.remove':
    case 'outbox.restore':
    case 'outbox.bury':
    case 'peer.put':
    case 'peer.remove':
    case 'pluginState.set':
    case 'channel.purge':
      return writeChannel(tables, write);
    case 'meta.set':
      if (write.value === null) tables.meta.delete(write.key);
      else tables.meta.set(write.key, write.value);
      return null;
    default:
      return assertNever(write);
  }
};

const answer = (tables: Tables, read: Read): unknown => {
  switch (read.op) {
    case 'session.get':
    case 'session.byName':
    case 'session.list':
      return readSession(tables, read);
    case 'turn.get':
    case 'turn.byIdempotencyKey':
    case 'turn.unfinished':
    case 'request.list':
    case 'request.get':
    case 'event.list':
    case 'event.ofTurn':
    case 'event.search':
      return readTurn(tables, read);
    case 'batch.get':
    case 'batch.byIdempotencyKey':
    case 'batch.list':
    case 'batch.unfinished':
    case 'batch.counts':
    case 'batch.linesOf':
      return readBatch(tables, read);
    case 'approval.get':
    case 'approval.list':
    case 'rule.list':
      return readApprovals(tables, read);
    case 'fileChange.ofTurn':
      return readFileChanges(tables, read);
    case 'skillBinding.list':
      return readSkills(tables, read);
    case 'task.get':
    case 'task.list':
    case 'task.next':
    case 'task.due':
      return readTask(tables, read);
    case 'inbox.waiting':
    case 'inbox.get':
    case 'inbox.count':
    case 'outbox.lanes':
    case 'outbox.ofLane':
    case 'outbox.list':
    case 'outbox.get':
    case 'channel.counts':
    case 'peer.get':
    case 'peer.list':
    case 'pluginState.get':
      return readChannel(tables, read);
    case 'usage.sum':
      return sumUsage(tables, read);
    case 'token.list':
      return listTokens(tables);
    case 'meta.get':
      return tables.meta.get(read.key) ?? null;
    case 'storage.size':
    case 'storage.used':
      return 1 + JSON.stringify([...tables.sessions.values(), ...tables.turns.values(), ...tables.events]).length;
    default:
      return assertNever(read);
  }
};
