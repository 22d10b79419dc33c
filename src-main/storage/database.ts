import type { DurableEvent, TurnStatus, Usage } from '../../src-shared/contract/events.ts';
import type { Scope } from '../../src-shared/models/scope.ts';

/**
 * The storage port. All methods resolve after the data is on the disk (fdatasync) and reject with an AppError
 * (`STORAGE_FULL`, `STORAGE_FAILED`). Writes issued in the same tick, and all writes issued while a commit is
 * under way, share the next commit. A read sees every write issued before it. Twins: `worker-database` (libsql in
 * a worker), `memory-database`; one conformance suite runs against both.
 *
 * A write that names what is not there changes nothing and rejects: `SESSION_UNKNOWN`, `MESSAGE_UNKNOWN`,
 * `TOKEN_UNKNOWN` (but counters of a token that is gone are dropped). An id that is taken is `INTERNAL`: ids are random.
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

export type SessionRow = {
  /** 22 base64url characters: the handle, no credential. */
  readonly id: string;
  /** Token id of the owner; `local` for the admin socket. */
  readonly ownerId: string;
  /** The owner's own name for it; unique per owner. */
  readonly name: string | null;
  readonly title: string;
  readonly agentId: string;
  readonly channel: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastSeq: number;
};

export type TurnRow = {
  readonly messageId: string;
  readonly sessionId: string;
  readonly ownerId: string;
  readonly agentId: string;
  readonly traceId: string;
  /** `accepted` until it has ended. */
  readonly status: TurnStatus;
  readonly acceptedAt: number;
  readonly endedAt: number | null;
  /** What the client asked beyond the content: what a restart needs to run the turn again. */
  readonly options: TurnOptions;
  /** Text of the running reply, checkpointed about once a second. */
  readonly partial: string;
  /** A tool with side effects has begun and its end is not recorded. */
  readonly openToolCall: string | null;
  readonly usage: Usage | null;
  readonly idempotencyKey: string | null;
  readonly bodyHash: string | null;
};

export type TurnOptions = {
  readonly system?: string;
  readonly tools?: readonly string[];
  readonly timeoutMs: number;
  readonly replyTo?: string;
};

export type EventRow = {
  readonly seq: number;
  readonly messageId: string;
  readonly at: number;
  readonly event: DurableEvent;
};

export type TokenRow = {
  readonly id: string;
  readonly name: string;
  readonly kind: 'bearer' | 'api-key' | 'console';
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
  readonly requests: number;
  readonly lastAddress: string | null;
  /** SHA-256 (hex) of an API key; null for JWTs, which their MAC vouches for. */
  readonly keyHash: string | null;
  /** The token that minted it; null for those made on this computer or in the console. */
  readonly parentId: string | null;
};

export type Write =
  /** Creates the session if its id is new; otherwise changes nothing. A name that the owner has given already is `INTERNAL`. */
  | { readonly op: 'session.put'; readonly session: Omit<SessionRow, 'lastSeq' | 'updatedAt'> }
  /** Rejects with `IDEMPOTENCY_CONFLICT` if the owner used the key within `idempotencyWindowMs`: look at that turn instead. */
  | { readonly op: 'turn.insert'; readonly turn: Omit<TurnRow, 'status' | 'endedAt' | 'partial' | 'openToolCall' | 'usage'> }
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
  /** Clears `partial`: what was said stands in the events. */
  | {
      readonly op: 'turn.end';
      readonly messageId: string;
      readonly status: TurnStatus;
      readonly endedAt: number;
      readonly usage: Usage | null;
    }
  | { readonly op: 'token.insert'; readonly token: TokenRow }
  /** One that is revoked already keeps its first time. */
  | { readonly op: 'token.revoke'; readonly id: string; readonly at: number }
  | { readonly op: 'token.revokeAll'; readonly at: number }
  /** Adds to the counters of tokens that were used. */
  | {
      readonly op: 'token.used';
      readonly uses: readonly { readonly id: string; readonly requests: number; readonly at: number; readonly address: string }[];
    }
  | { readonly op: 'token.prune'; readonly expiredBefore: number }
  | { readonly op: 'meta.set'; readonly key: string; readonly value: string | null };

export type WriteResult<W> = W extends { op: 'events.append' }
  ? readonly number[]
  : W extends { op: 'token.revokeAll' | 'token.prune' }
    ? number
    : null;

/** `ownerId: null` means everyone's (scope `admin`). Lists are newest first; `before` is the last row's sort key. */
export type Read =
  | { readonly op: 'session.get'; readonly id: string }
  | { readonly op: 'session.byName'; readonly ownerId: string | null; readonly name: string }
  | {
      readonly op: 'session.list';
      readonly ownerId: string | null;
      readonly before: { readonly updatedAt: number; readonly id: string } | null;
      readonly limit: number;
    }
  | { readonly op: 'turn.get'; readonly messageId: string }
  | { readonly op: 'turn.byIdempotencyKey'; readonly ownerId: string; readonly key: string; readonly acceptedAfter: number }
  /** Turns that had not ended when the process did, oldest first. */
  | { readonly op: 'turn.unfinished' }
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
  /** Newest first. */
  | { readonly op: 'token.list' }
  | { readonly op: 'meta.get'; readonly key: string };

export type SearchHit = { readonly cursor: number; readonly session: SessionRow; readonly row: EventRow };

export type ReadResult<R> = R extends { op: 'session.get' | 'session.byName' }
  ? SessionRow | null
  : R extends { op: 'session.list' }
    ? readonly SessionRow[]
    : R extends { op: 'turn.get' | 'turn.byIdempotencyKey' }
      ? TurnRow | null
      : R extends { op: 'turn.unfinished' }
        ? readonly TurnRow[]
        : R extends { op: 'event.list' | 'event.ofTurn' }
          ? readonly EventRow[]
          : R extends { op: 'event.search' }
            ? readonly SearchHit[]
            : R extends { op: 'token.list' }
              ? readonly TokenRow[]
              : string | null;
