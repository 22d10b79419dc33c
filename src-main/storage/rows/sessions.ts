import type { DurableEvent, TurnStatus, Usage } from '../../../src-shared/contract/events.ts';
import type { Door } from '../../../src-shared/contract/routes/operations.ts';

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
  readonly pinned: boolean;
  /** Of turns that leave nothing in the history (`/v1` without a session): never listed, found or exported. */
  readonly hidden: boolean;
  /** Deleted, and not gone yet: never listed or found, but `session.get` still answers, for the undo. */
  readonly deletedAt: number | null;
};

/** What is known of a session when it is made. */
export type NewSessionRow = Omit<SessionRow, 'lastSeq' | 'updatedAt' | 'pinned' | 'deletedAt'>;

export type TurnRow = {
  readonly messageId: string;
  readonly sessionId: string;
  readonly ownerId: string;
  readonly agentId: string;
  readonly traceId: string;
  readonly via: Door;
  /** The model it was put to, as `/status` names it; null until it has ended, or where there was none. */
  readonly model: string | null;
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
  /** JSON Schema that the answer must fit. */
  readonly outputSchema?: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  readonly replyTo?: string;
};

export type EventRow = {
  readonly seq: number;
  readonly messageId: string;
  readonly at: number;
  readonly event: DurableEvent;
};

/** What is known of a turn when it is accepted. */
export type NewTurnRow = Omit<TurnRow, 'status' | 'endedAt' | 'partial' | 'openToolCall' | 'usage' | 'model'>;

/** A turn that an operator looks at: what the row says, and where it happened. `no` orders and pages. */
export type RequestRowStored = {
  readonly no: number;
  readonly turn: TurnRow;
  readonly channel: string;
  readonly hidden: boolean;
};

/** Sums of one key over the days asked for. */
export type UsageRow = {
  readonly key: string;
  readonly turns: number;
  readonly failed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly durationMs: number;
};

/** What a tool found in a file that it wrote. */
export type FileChangeRow = {
  readonly messageId: string;
  readonly toolCallId: string;
  readonly at: number;
  /** Absolute, links resolved. */
  readonly path: string;
  /** Base64; null: there was no such file. */
  readonly before: string | null;
  /** SHA-256 (hex) of what was written. */
  readonly after: string;
};

/** Kept of all sessions together; older ones are dropped. */
export const fileChangesMost = 500;
