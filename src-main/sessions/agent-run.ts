import type { AppError } from '../../src-shared/app-error.ts';
import type { Approval, Attachment, ToolCall, Usage } from '../../src-shared/contract/events.ts';
import type { ModelToolCall } from '../agents/models/model-client.ts';
import type { Write } from '../storage/database.ts';
import type { TurnRequest } from './turn.ts';

/** What the agent side of a turn is given. It never throws: how it ended is its result. */
export type AgentRun = (context: AgentContext) => Promise<AgentResult>;
export type AgentContext = {
  readonly request: TurnRequest;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
  readonly onState: (state: 'thinking' | 'running_tool') => void;
  /** A model has failed before it said anything, and another is asked. */
  readonly onFallback: (failed: string, next: string) => void;
  /** Somebody has to allow this call. Resolves when that, and `writes` with it, is on the disk. */
  readonly onToolAsked: (call: ToolCall, approval: Approval, writes: readonly Write[]) => Promise<void>;
  /** Resolves when the start is on the disk; no tool may begin before. */
  readonly onToolStarted: (call: ToolCall, sideEffects: boolean) => Promise<void>;
  /** A piece of what it says while it runs. */
  readonly onToolOutput: (call: ToolCall, text: string) => void;
  readonly onToolEnded: (call: ToolCall) => Promise<void>;
  /** What was said before is too long. Resolves when this, which stands for it, is on the disk. */
  readonly onSummary: (summary: { readonly content: string; readonly upToSeq: number }) => Promise<void>;
};
export type AgentResult = {
  readonly usage: Usage;
  /** The model it was put to, as `/status` names it; null where it came to none. */
  readonly model: string | null;
  /** What the client is asked to run, as the model wrote it. */
  readonly clientCalls?: readonly ModelToolCall[];
  /** Files that go with the reply, where it came to one. */
  readonly attachments?: readonly Attachment[];
  readonly error: AppError | null;
};
