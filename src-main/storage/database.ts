import type { Approval, DurableEvent, TurnStatus, Usage } from '../../src-shared/contract/events.ts';
import type { Door } from '../../src-shared/contract/routes/operations.ts';
import type { BatchLineRow, BatchLineStatus, BatchRow, BatchStatus } from './rows/batches.ts';
import type { ChannelCounts, InboxOutcome, InboxRow, NewOutboxRow, OutboxChanges, OutboxRow, PeerRow } from './rows/channels.ts';
import type { ApprovalRuleRow, SkillBindingRow, StoredApproval, TokenRow } from './rows/permissions.ts';
import type {
  EventRow,
  FileChangeRow,
  NewSessionRow,
  NewTurnRow,
  RequestRowStored,
  SessionRow,
  TurnRow,
  UsageRow,
} from './rows/sessions.ts';
import type { TaskChanges, TaskRow } from './rows/tasks.ts';

export type * from './rows/batches.ts';
export type * from './rows/channels.ts';
export type * from './rows/permissions.ts';
export * from './rows/sessions.ts';
export type * from './rows/tasks.ts';

/**
 * The storage port. All methods resolve after the data is on the disk (fdatasync) and reject with an AppError
 * (`STORAGE_FULL`, `STORAGE_FAILED`). Writes issued in the same tick, and all writes issued while a commit is
 * under way, share the next commit. A read sees every write issued before it. Twins: `worker-database` (libsql in
 * a worker), `memory-database`; one conformance suite runs against both.
 *
 * A write that names what is not there changes nothing and rejects: `SESSION_UNKNOWN`, `MESSAGE_UNKNOWN`,
 * `TOKEN_UNKNOWN` (but counters of a token that is gone are dropped), `BATCH_UNKNOWN`, `TASK_UNKNOWN`. An id that is taken is `INTERNAL`: ids are random.
 */
export type Database = {
  /** Applies the writes in order, all or nothing, and gives back what each one yields. */
  readonly write: <const W extends readonly Write[]>(writes: W) => Promise<{ [K in keyof W]: WriteResult<W[K]> }>;
  readonly read: <R extends Read>(query: R) => Promise<ReadResult<R>>;
  /** Commits what is queued, marks the stop as clean and closes. */
  readonly close: () => Promise<void>;
};

/** For this long an idempotency key stands for its first turn; after that a new turn may take it over. */
export const idempotencyWindowMs = 24 * 3_600_000;

/** Where the database came from; told once after opening. */
export type OpenReport = {
  /** The last process did not close it. */
  readonly uncleanStop: boolean;
  /** A damaged file was kept aside under this name, in the same folder, and a new one begun. */
  readonly damagedKeptAs: string | null;
};

export type Write =
  /** Creates the session if its id is new; otherwise changes nothing. A name that the owner has given already is `INTERNAL`. */
  | { readonly op: 'session.put'; readonly session: NewSessionRow }
  /** Rejects with `SESSION_NAME_TAKEN` if another session of the owner, not deleted, has the name. A deleted one is unknown. */
  | {
      readonly op: 'session.update';
      readonly id: string;
      readonly title?: string;
      readonly name?: string | null;
      readonly pinned?: boolean;
    }
  /** Frees its name for others; it gets it back with the undo only if it is still free. One deleted already keeps its first time. */
  | { readonly op: 'session.delete'; readonly id: string; readonly at: number }
  /** `SESSION_UNKNOWN` once its purge has begun. */
  | { readonly op: 'session.restore'; readonly id: string }
  /**
   * Takes a piece out of the file, search index and all: sessions that were deleted, hidden ones and those not pinned
   * that were last used before the given times (null: none of them), and of which no turn is under way. A piece is
   * at most `limit` rows and about a megabyte of text, so a long session takes many; from its first it counts as
   * deleted for good. Call again while there is `more`. Sums in `usage` stay.
   */
  | {
      readonly op: 'session.purge';
      readonly deletedBefore: number;
      readonly hiddenBefore: number;
      readonly usedBefore: number | null;
      readonly limit: number;
    }
  /** Rejects with `IDEMPOTENCY_CONFLICT` if the owner used the key within `idempotencyWindowMs`: look at that turn instead. */
  | { readonly op: 'turn.insert'; readonly turn: NewTurnRow }
  /**
   * Appends to the event log of a session, in order; yields the `seq` of each. The turns must be there. Sets the
   * session's `updatedAt` to the newest `at`. `content` of `message` and `response` can be searched for.
   */
  | {
      readonly op: 'events.append';
      readonly sessionId: string;
      readonly events: readonly { readonly messageId: string; readonly at: number; readonly event: DurableEvent }[];
    }
  | { readonly op: 'turn.checkpoint'; readonly messageId: string; readonly partial: string }
  | { readonly op: 'turn.openTool'; readonly messageId: string; readonly toolCall: string | null }
  /** Clears `partial`: what was said stands in the events. Adds to the sums of the UTC day of `endedAt`. */
  | {
      readonly op: 'turn.end';
      readonly messageId: string;
      readonly status: TurnStatus;
      readonly endedAt: number;
      readonly usage: Usage | null;
      readonly model: string | null;
      /** How long it took, for the sums. */
      readonly durationMs: number;
    }
  | { readonly op: 'token.insert'; readonly token: TokenRow }
  /** One that is revoked already keeps its first time. */
  | { readonly op: 'token.revoke'; readonly id: string; readonly at: number }
  /** The undo of a revocation that happened at `revokedAt`; one of another time stays. */
  | { readonly op: 'token.restore'; readonly id: string; readonly revokedAt: number }
  | { readonly op: 'token.revokeAll'; readonly at: number }
  /** Adds to the counters of tokens that were used. */
  | {
      readonly op: 'token.used';
      readonly uses: readonly { readonly id: string; readonly requests: number; readonly at: number; readonly address: string }[];
    }
  | { readonly op: 'token.prune'; readonly expiredBefore: number }
  | { readonly op: 'batch.insert'; readonly batch: BatchRow }
  /** More lines of a batch, all `waiting`, numbered on from `firstLine`. */
  | {
      readonly op: 'batch.lines';
      readonly batchId: string;
      readonly firstLine: number;
      readonly lines: readonly { readonly clientId: string | null; readonly request: string }[];
    }
  /** All its lines are on the disk: from now on it is `running`. */
  | { readonly op: 'batch.loaded'; readonly id: string; readonly total: number; readonly bodyHash: string | null }
  | { readonly op: 'batch.status'; readonly id: string; readonly status: BatchStatus; readonly endedAt: number | null }
  | {
      readonly op: 'batch.line';
      readonly batchId: string;
      readonly line: number;
      readonly status: BatchLineStatus;
      readonly messageId: string | null;
      readonly error: string | null;
    }
  /** Every line that still waits is `cancelled`, and stays so; yields how many. */
  | { readonly op: 'batch.cancelWaiting'; readonly batchId: string }
  /** It is gone for every read; `batch.purge` takes it out of the file. */
  | { readonly op: 'batch.delete'; readonly id: string }
  /** Takes out a piece of deleted batches and of those that ended before the given time, as `session.purge` does. */
  | { readonly op: 'batch.purge'; readonly endedBefore: number; readonly limit: number }
  | { readonly op: 'approval.put'; readonly approval: Approval }
  /** Rejects with `APPROVAL_OVER` where it is no longer pending, with `APPROVAL_UNKNOWN` where it never was. */
  | {
      readonly op: 'approval.decide';
      readonly id: string;
      readonly status: Exclude<Approval['status'], 'pending'>;
      readonly at: number;
      readonly by: string | null;
    }
  /** What the last process left pending; yields how many. */
  | { readonly op: 'approval.expireAll'; readonly at: number }
  /** One for the same agent, tool and key that is there already stays as it is. */
  | { readonly op: 'rule.put'; readonly rule: ApprovalRuleRow }
  | { readonly op: 'rule.used'; readonly id: string; readonly at: number }
  /** Rejects with `RULE_UNKNOWN`. */
  | { readonly op: 'rule.delete'; readonly id: string }
  /** Goes with its turn. */
  | { readonly op: 'fileChange.put'; readonly change: FileChangeRow }
  | { readonly op: 'fileChange.forget'; readonly messageId: string }
  /** Takes the place of one for the same text and tool. */
  | { readonly op: 'skillBinding.put'; readonly row: SkillBindingRow }
  /** For every text the skill ever had. */
  | { readonly op: 'skillBinding.delete'; readonly slug: string; readonly tool: string }
  | { readonly op: 'task.insert'; readonly task: TaskRow }
  /** Only where the row is as `onlyIf` says; yields 1 where it was changed, else 0. Rejects with `TASK_UNKNOWN`. */
  | {
      readonly op: 'task.update';
      readonly id: string;
      readonly changes: TaskChanges;
      readonly onlyIf?: Partial<Pick<TaskRow, 'nextAt' | 'enabled' | 'lastMessageId' | 'deletedAt'>>;
    }
  /** Takes it out of the file; one that is not there is no error. */
  | { readonly op: 'task.remove'; readonly id: string }
  /** It is the last that its channel heard. Yields its number, or 0 where a message of that id was heard in the conversation before: then nothing changes. */
  | { readonly op: 'inbox.put'; readonly row: Omit<InboxRow, 'no'> }
  /** It waits no more, and what was said in it is forgotten. Rejects with `MESSAGE_UNKNOWN` where it had ended: no second answer lands beside it. */
  | { readonly op: 'inbox.end'; readonly no: number; readonly outcome: InboxOutcome; readonly at: number }
  /** Yields its number. */
  | { readonly op: 'outbox.put'; readonly row: NewOutboxRow }
  /** One that is `sent` now is the last that its channel said. Yields 1, or 0 where there is none. */
  | { readonly op: 'outbox.update'; readonly no: number; readonly changes: OutboxChanges }
  /**
   * The process ended while these were with the plugin: they wait again. Where the platform does not know them by a
   * key they may have been sent, and are marked so; those marked before are dead now. Yields how many.
   */
  | { readonly op: 'outbox.recover'; readonly channel: string; readonly idempotent: boolean; readonly at: number }
  /** A dead one waits again; yields 1, or 0 where it is not dead. */
  | { readonly op: 'outbox.again'; readonly channel: string; readonly id: string }
  /** A dead one is gone; yields 1, or 0 where it is not dead. */
  | { readonly op: 'outbox.remove'; readonly channel: string; readonly id: string }
  /** What the channel has to send is dead, for this reason. Yields how many. */
  | { readonly op: 'outbox.bury'; readonly channel: string; readonly error: string; readonly at: number }
  /** One that was removed is there again, in its old place. */
  | { readonly op: 'outbox.restore'; readonly row: OutboxRow }
  /** Takes the place of one of the same id. */
  | { readonly op: 'peer.put'; readonly peer: PeerRow }
  | { readonly op: 'peer.remove'; readonly channel: string; readonly id: string }
  /** `value` is JSON; null removes it. Yields 1, or 0 where all values and keys of the channel would be more than `most` characters: then nothing changes. */
  | {
      readonly op: 'pluginState.set';
      readonly channel: string;
      readonly key: string;
      readonly value: string | null;
      readonly most: number;
    }
  /**
   * Takes out a piece, as `session.purge` does: what was heard and sent and ended before the given time, and who asked
   * before it and was never answered. What is dead stays.
   */
  | { readonly op: 'channel.purge'; readonly endedBefore: number; readonly limit: number }
  | { readonly op: 'meta.set'; readonly key: string; readonly value: string | null };

/** `gone`: how many sessions or batches are out of the file with this piece. */
export type Purged = { readonly gone: number; readonly more: boolean };

export type WriteResult<W extends Write> = W['op'] extends keyof WriteResults ? WriteResults[W['op']] : null;

/** What writes yield that yield something. */
type WriteResults = {
  readonly 'events.append': readonly number[];
  readonly 'session.purge': Purged;
  readonly 'token.revokeAll': number;
  readonly 'token.prune': number;
  readonly 'batch.cancelWaiting': number;
  readonly 'batch.purge': Purged;
  readonly 'approval.expireAll': number;
  readonly 'task.update': number;
  readonly 'inbox.put': number;
  readonly 'outbox.put': number;
  readonly 'outbox.update': number;
  readonly 'outbox.recover': number;
  readonly 'outbox.again': number;
  readonly 'outbox.remove': number;
  readonly 'outbox.bury': number;
  readonly 'outbox.restore': number;
  readonly 'pluginState.set': number;
  readonly 'channel.purge': Purged;
};

/** `ownerId: null` means everyone's (scope `admin`). Lists are newest first; `before` is the last row's sort key. */
export type Read =
  | { readonly op: 'session.get'; readonly id: string }
  | { readonly op: 'session.byName'; readonly ownerId: string | null; readonly name: string }
  | {
      readonly op: 'session.list';
      readonly ownerId: string | null;
      readonly before: { readonly updatedAt: number; readonly id: string } | null;
      readonly limit: number;
      /** Only those that are pinned, or only those that are not. */
      readonly pinned?: boolean;
      /** Only those of this channel; not given: all but those of channel `batch`. */
      readonly channel?: string;
    }
  | { readonly op: 'turn.get'; readonly messageId: string }
  | { readonly op: 'turn.byIdempotencyKey'; readonly ownerId: string; readonly key: string; readonly acceptedAfter: number }
  /** Turns that had not ended when the process did, oldest first. */
  | { readonly op: 'turn.unfinished' }
  /** `before`: the `no` of the last one. */
  | {
      readonly op: 'request.list';
      readonly ownerId: string | null;
      readonly before: number | null;
      readonly limit: number;
      readonly via?: Door;
      readonly status?: TurnStatus;
      readonly agentId?: string;
    }
  | { readonly op: 'request.get'; readonly messageId: string }
  /** Days as `2026-11-25`, UTC, both included. Ordered by key. */
  | {
      readonly op: 'usage.sum';
      readonly ownerId: string | null;
      readonly from: string;
      readonly to: string;
      readonly by: 'day' | 'agent' | 'token' | 'model';
    }
  | { readonly op: 'batch.get'; readonly id: string }
  /** The newest one that was brought under the key. Not one that is `loading`. */
  | { readonly op: 'batch.byIdempotencyKey'; readonly ownerId: string; readonly key: string; readonly createdAfter: number }
  /** Not those that are `loading`. `before`: the last one's sort key. */
  | {
      readonly op: 'batch.list';
      readonly ownerId: string | null;
      readonly before: { readonly createdAt: number; readonly id: string } | null;
      readonly limit: number;
    }
  /** All that have not ended, oldest first, `loading` ones too. */
  | { readonly op: 'batch.unfinished' }
  /** How many lines stand how. */
  | { readonly op: 'batch.counts'; readonly id: string }
  /** Lines behind `afterLine`, ascending; with `status`, only those. */
  | {
      readonly op: 'batch.linesOf';
      readonly id: string;
      readonly afterLine: number;
      readonly limit: number;
      readonly status?: readonly BatchLineStatus[];
    }
  /** Bytes of the database file and of its write-ahead log. */
  | { readonly op: 'storage.size' }
  /** Bytes that the quota (`retention.maxDatabaseMb`) counts: pages in use, without those that deletions have freed. */
  | { readonly op: 'storage.used' }
  /** Events with `afterSeq < seq < beforeSeq` (null: no bound), ascending. With `newest`, the last `limit` of them, still ascending. */
  | {
      readonly op: 'event.list';
      readonly sessionId: string;
      readonly afterSeq: number;
      readonly beforeSeq: number | null;
      readonly limit: number;
      readonly newest: boolean;
    }
  | { readonly op: 'event.ofTurn'; readonly messageId: string }
  /** Full text over user messages and replies, newest first; Chinese from one character on. `before` is the last hit's `cursor`. */
  | {
      readonly op: 'event.search';
      readonly ownerId: string | null;
      readonly text: string;
      readonly before: number | null;
      readonly limit: number;
    }
  | { readonly op: 'approval.get'; readonly id: string }
  /** `before`: the `no` of the last one. */
  | {
      readonly op: 'approval.list';
      readonly ownerId: string | null;
      readonly pending: boolean;
      readonly before: number | null;
      readonly limit: number;
    }
  /** Newest first. */
  | { readonly op: 'rule.list' }
  /** Oldest first. */
  | { readonly op: 'fileChange.ofTurn'; readonly messageId: string }
  | { readonly op: 'skillBinding.list' }
  | { readonly op: 'task.get'; readonly id: string }
  /** Newest first, deleted ones too. */
  | { readonly op: 'task.list'; readonly ownerId: string | null }
  /** The next slot of all that are enabled. */
  | { readonly op: 'task.next' }
  /** Enabled, not deleted, and with a slot up to `now`: the earliest first. */
  | { readonly op: 'task.due'; readonly now: number }
  /** What a channel heard and that waits, oldest first. */
  | { readonly op: 'inbox.waiting'; readonly channel: string; readonly after: number; readonly limit: number }
  | { readonly op: 'inbox.get'; readonly no: number }
  /** How many wait, `most` at most. */
  | { readonly op: 'inbox.count'; readonly channel: string; readonly most: number }
  /** The lanes of a channel that have something to send. */
  | { readonly op: 'outbox.lanes'; readonly channel: string }
  /** What a lane has to send, in order. */
  | { readonly op: 'outbox.ofLane'; readonly channel: string; readonly lane: string; readonly after: number; readonly limit: number }
  /** Newest first. `before`: the `no` of the last one. */
  | {
      readonly op: 'outbox.list';
      readonly channel: string;
      readonly dead: boolean;
      readonly before: number | null;
      readonly limit: number;
    }
  | { readonly op: 'outbox.get'; readonly channel: string; readonly id: string }
  /** Of each channel that ever heard, sent or was to send something. */
  | { readonly op: 'channel.counts' }
  | { readonly op: 'peer.get'; readonly channel: string; readonly id: string }
  /** By id. */
  | { readonly op: 'peer.list'; readonly channel: string; readonly after: string; readonly limit: number }
  /** JSON. */
  | { readonly op: 'pluginState.get'; readonly channel: string; readonly key: string }
  /** Newest first. */
  | { readonly op: 'token.list' }
  | { readonly op: 'meta.get'; readonly key: string };

export type SearchHit = { readonly cursor: number; readonly session: SessionRow; readonly row: EventRow };

export type ReadResult<R extends Read> = ReadResults[R['op']];

type ReadResults = {
  readonly 'session.get': SessionRow | null;
  readonly 'session.byName': SessionRow | null;
  readonly 'session.list': readonly SessionRow[];
  readonly 'turn.get': TurnRow | null;
  readonly 'turn.byIdempotencyKey': TurnRow | null;
  readonly 'turn.unfinished': readonly TurnRow[];
  readonly 'request.list': readonly RequestRowStored[];
  readonly 'request.get': RequestRowStored | null;
  readonly 'usage.sum': readonly UsageRow[];
  readonly 'batch.get': BatchRow | null;
  readonly 'batch.byIdempotencyKey': BatchRow | null;
  readonly 'batch.list': readonly BatchRow[];
  readonly 'batch.unfinished': readonly BatchRow[];
  readonly 'batch.counts': Readonly<Record<BatchLineStatus, number>>;
  readonly 'batch.linesOf': readonly BatchLineRow[];
  readonly 'storage.size': number;
  readonly 'storage.used': number;
  readonly 'event.list': readonly EventRow[];
  readonly 'event.ofTurn': readonly EventRow[];
  readonly 'event.search': readonly SearchHit[];
  readonly 'token.list': readonly TokenRow[];
  readonly 'approval.get': StoredApproval | null;
  readonly 'approval.list': readonly StoredApproval[];
  readonly 'rule.list': readonly ApprovalRuleRow[];
  readonly 'fileChange.ofTurn': readonly FileChangeRow[];
  readonly 'skillBinding.list': readonly SkillBindingRow[];
  readonly 'task.get': TaskRow | null;
  readonly 'task.list': readonly TaskRow[];
  readonly 'task.next': number | null;
  readonly 'task.due': readonly TaskRow[];
  readonly 'inbox.waiting': readonly InboxRow[];
  readonly 'inbox.get': InboxRow | null;
  readonly 'inbox.count': number;
  readonly 'outbox.lanes': readonly string[];
  readonly 'outbox.ofLane': readonly OutboxRow[];
  readonly 'outbox.list': readonly OutboxRow[];
  readonly 'outbox.get': OutboxRow | null;
  readonly 'channel.counts': Readonly<Record<string, ChannelCounts>>;
  readonly 'peer.get': PeerRow | null;
  readonly 'peer.list': readonly PeerRow[];
  readonly 'pluginState.get': string | null;
  readonly 'meta.get': string | null;
};
