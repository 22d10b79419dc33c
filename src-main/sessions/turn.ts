import type { AppError } from '../../src-shared/app-error.ts';
import type { Approval, Attachment, ToolCall, TurnEvent, TurnState, Usage } from '../../src-shared/contract/events.ts';
import type { Door } from '../../src-shared/contract/routes/operations.ts';
import type { ClientResult } from '../agents/client-results.ts';
import type { ClientTools, ModelImage, ModelMessage, ModelToolCall } from '../agents/models/model-client.ts';
import type { NewSessionRow, TurnOptions } from '../storage/database.ts';

/** What a turn is asked to do. Of one whose session is `hidden` nothing that is said goes to the disk: only that it ran, and how it ended. */
export type TurnRequest = {
  readonly messageId: string;
  readonly session: NewSessionRow;
  /** The first turn of a session that was made for it: there is no history to read. */
  readonly isFirst?: boolean;
  /** Another turn waits for it and holds a place already: it must not wait for one. */
  readonly isNested?: boolean;
  /** What was said before, as the client has it: stands instead of what the session has. Never stored. */
  readonly history?: readonly ModelMessage[] | undefined;
  /** Tools of the client's own: a call of one ends the turn. Never stored. */
  readonly clientTools?: ClientTools | undefined;
  /** What came of the calls that ended the turn before. */
  readonly toolResults?: readonly ClientResult[] | undefined;
  /** Pictures beside the words that are not uploads. Never stored. */
  readonly images?: readonly ModelImage[] | undefined;
  readonly ownerId: string;
  readonly agentId: string;
  /** The door it came in by. */
  readonly via: Door;
  readonly content: string;
  readonly channel: string;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  readonly attachments?: readonly Attachment[];
  readonly options: TurnOptions;
  readonly traceId: string;
  readonly acceptedAt: number;
  readonly idempotencyKey: string | null;
  readonly bodyHash: string | null;
};

/** How it ended. `parked`: the gateway stops and the turn goes on at the next start; `dropped`: it was never acknowledged. */
export type TurnOutcome = {
  readonly status: 'completed' | 'cancelled' | 'failed' | 'timeout' | 'parked' | 'dropped';
  readonly reply: string;
  readonly toolCalls: readonly ToolCall[];
  /** What the client is asked to run. */
  readonly clientCalls: readonly ModelToolCall[];
  /** Files that go with the reply of a turn that is completed; none are left out. */
  readonly attachments?: readonly Attachment[];
  readonly usage: Usage;
  readonly durationMs: number;
  readonly error: AppError | null;
};

/**
 * Clients of this door are gone when the gateway is, what they sent along is not on the disk, and their SDKs ask
 * again: such a turn is never put off to the next start. So it is where an agent waits for another.
 */
export const endsWithGateway = (via: Door): boolean => via === 'openai' || via === 'delegate';

/** One event of a running turn on its way to readers. `seq` only on durable ones. */
export type Published = { readonly event: TurnEvent; readonly at: number; readonly seq: number | null };
export type TurnListener = (published: Published) => void;

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };

/** A turn that is waiting or running, as its readers see it. */
export type Turn = {
  readonly request: TurnRequest;
  readonly state: () => TurnState;
  /** The reply so far. */
  readonly text: () => string;
  readonly toolCalls: () => readonly ToolCall[];
  /** What somebody has to answer before it goes on. */
  readonly approvals: () => readonly Approval[];
  /** Resolves when it first waits for somebody's word, if it ever does. */
  readonly asked: Promise<void>;
  readonly outcome: Promise<TurnOutcome>;
  /** Resolves when the message is on the disk: nothing may tell a client of this turn before. */
  readonly accepted: () => Promise<void>;
  /**
   * Follows the turn. The listener hears nothing before the message is on the disk; it then gets what comes,
   * after one `delta` with the part of the running reply behind `fromOffset`, where that is given.
   */
  readonly listen: (listener: TurnListener, fromOffset?: number) => () => void;
  readonly cancel: () => void;
};
