import { assertNever } from '../../../src-shared/assert-never.ts';
import type { Read } from '../database.ts';
import { readApprovals } from './approvals.ts';
import { readBatches } from './batch-reads.ts';
import type { Connection } from './connection.ts';
import { readEvents } from './event-reads.ts';
import { readFileChanges } from './file-changes.ts';
import { readInbox } from './inbox.ts';
import { appKey, getMeta } from './meta.ts';
import { readOutbox } from './outbox.ts';
import { readPeers } from './peers.ts';
import type { SearchIndex } from './search-index.ts';
import type { SessionBook } from './session-book.ts';
import { createSessionReads } from './session-reads.ts';
import { sizeOf, usedOf } from './size.ts';
import { readSkills } from './skills.ts';
import { readTasks } from './tasks.ts';
import { readTokens } from './token-reads.ts';
import { readTurns } from './turn-reads.ts';
import { readUsage } from './usage-sums.ts';

/** @returns a function that answers a read as JSON, which crosses threads faster than objects do; events are JSON already */
export const createReader = (db: Connection, file: string, book: SessionBook, index: SearchIndex): ((read: Read) => string) => {
  const sessions = createSessionReads(db, book);
  return (read) => {
    switch (read.op) {
      case 'session.get':
      case 'session.byName':
      case 'session.list':
        return sessions.answer(read);
      case 'turn.get':
      case 'turn.byIdempotencyKey':
      case 'turn.unfinished':
      case 'request.list':
      case 'request.get':
        return readTurns(db, read);
      case 'event.list':
      case 'event.ofTurn':
      case 'event.search':
        return readEvents(db, index, sessions, read);
      case 'batch.get':
      case 'batch.byIdempotencyKey':
      case 'batch.list':
      case 'batch.unfinished':
      case 'batch.counts':
      case 'batch.linesOf':
        return readBatches(db, read);
      case 'approval.get':
      case 'approval.list':
      case 'rule.list':
        return readApprovals(db, read);
      case 'fileChange.ofTurn':
        return readFileChanges(db, read);
      case 'skillBinding.list':
        return readSkills(db, read);
      case 'task.get':
      case 'task.list':
      case 'task.next':
      case 'task.due':
        return readTasks(db, read);
      case 'inbox.waiting':
      case 'inbox.get':
      case 'inbox.count':
        return readInbox(db, read);
      case 'outbox.lanes':
      case 'outbox.ofLane':
      case 'outbox.list':
      case 'outbox.get':
      case 'channel.counts':
        return readOutbox(db, read);
      case 'peer.get':
      case 'peer.list':
      case 'pluginState.get':
        return readPeers(db, read);
      case 'usage.sum':
        return readUsage(db, read);
      case 'token.list':
        return readTokens(db);
      case 'meta.get':
        return JSON.stringify(getMeta(db, appKey(read.key)));
      case 'storage.size':
        return JSON.stringify(sizeOf(db, file));
      case 'storage.used':
        return JSON.stringify(usedOf(db));
      default:
        return assertNever(read);
    }
  };
};
