import type { Approval, Attachment, DurableEvent, ToolCall, Usage } from '../../src-shared/contract/events.ts';
import type { TurnFrame } from '../../src-shared/contract/ws.ts';
import type { ApiErrorCode } from '../api/api-error.ts';

export type TurnPhase =
  | 'sending'
  | 'queued'
  | 'thinking'
  | 'running_tool'
  | 'awaiting_approval'
  | 'writing'
  | 'done'
  | 'cancelled'
  | 'failed'
  | 'interrupted';

export type TurnProblem = {
  readonly code: ApiErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;
};

export type ToolStep = {
  readonly tool: ToolCall;
  /** How much of the reply stood there when the call began, in UTF-16 units: the card goes between. */
  readonly at: number;
  /** Milliseconds since 1970; when this page heard of it. */
  readonly startedAt: number;
  /** What somebody was asked before it could begin. */
  readonly approval: Approval | null;
  /** What it has said so far, while it runs. */
  readonly output: string;
};

/** A message and everything that came of it. */
export type Turn = {
  /** Stable for React: the id it was first known by. */
  readonly key: string;
  /** `replyTo` of its frames, for turns that this page began. */
  readonly localId: string | null;
  readonly messageId: string | null;
  /** The first `seq`; `Infinity` until the gateway has given one. */
  readonly order: number;
  /** Null while its `message` event has not been read. */
  readonly question: string | null;
  readonly attachments: readonly Attachment[];
  readonly askedAt: number;
  readonly agentId: string;
  readonly phase: TurnPhase;
  readonly reply: string;
  /** That go with the reply. */
  readonly files: readonly Attachment[];
  readonly tools: readonly ToolStep[];
  readonly problem: TurnProblem | null;
  readonly usage: Usage | null;
  readonly durationMs: number | null;
};

export const isActive = (turn: Turn): boolean =>
  turn.phase === 'sending' ||
  turn.phase === 'queued' ||
  turn.phase === 'thinking' ||
  turn.phase === 'running_tool' ||
  turn.phase === 'awaiting_approval' ||
  turn.phase === 'writing';

export const newTurn = (known: Pick<Turn, 'key' | 'askedAt' | 'agentId'> & Partial<Turn>): Turn => ({
  localId: null,
  messageId: null,
  order: Number.POSITIVE_INFINITY,
  question: null,
  attachments: [],
  phase: 'queued',
  reply: '',
  files: [],
  tools: [],
  problem: null,
  usage: null,
  durationMs: null,
  ...known,
});

/** What one event does to its turn. Deltas must come in order and once: `api/positions` sees to that. */
export const applyEvent = (turn: Turn, event: DurableEvent | TurnFrame, timestamp: number): Turn => {
  switch (event.type) {
    case 'message':
      return { ...turn, question: event.content, attachments: event.attachments ?? turn.attachments, askedAt: timestamp };
    case 'delta':
      return { ...turn, phase: 'writing', reply: turn.reply + event.content };
    case 'tool_call':
      return {
        ...turn,
        phase: phaseOf(event.tool),
        tools: withTool(turn, event.tool, event.approval ?? null, timestamp),
      };
    case 'response':
      return {
        ...turn,
        phase: 'done',
        reply: event.content,
        files: event.attachments ?? [],
        usage: event.usage,
        durationMs: event.durationMs,
      };
    case 'error':
      return {
        ...turn,
        phase: 'failed',
        reply: event.partial ?? turn.reply,
        problem: { code: event.code, message: event.content, hint: event.hint, retryable: event.retryable },
      };
    case 'status':
      return applyStatus(turn, event);
    case 'summary':
      return turn;
  }
};

const applyStatus = (turn: Turn, event: Extract<DurableEvent, { type: 'status' }>): Turn => {
  switch (event.state) {
    case 'queued':
    case 'thinking':
    case 'running_tool':
    case 'awaiting_approval':
      return isActive(turn) ? { ...turn, phase: event.state } : turn;
    case 'restarted':
      // What was said is said again from the start; calls that never came back never will.
      return { ...turn, phase: 'thinking', reply: '', tools: turn.tools.filter(({ tool }) => !isOpen(tool)) };
    case 'cancelled':
      return { ...turn, phase: 'cancelled', reply: event.partial ?? turn.reply };
    case 'interrupted':
      return {
        ...turn,
        phase: 'interrupted',
        reply: event.partial ?? turn.reply,
        problem: { code: 'TURN_INTERRUPTED', message: event.content, hint: undefined, retryable: false },
      };
    case 'done':
      return turn;
  }
};

/** A call that has no result yet. */
export const isOpen = ({ status }: ToolCall): boolean => status === 'started' || status === 'awaiting_approval';

const phaseOf = ({ status }: ToolCall): TurnPhase =>
  status === 'started' ? 'running_tool' : status === 'awaiting_approval' ? 'awaiting_approval' : 'thinking';

const withTool = (turn: Turn, { output, ...tool }: ToolCall, approval: Approval | null, timestamp: number): readonly ToolStep[] => {
  const known = turn.tools.find((step) => step.tool.id === tool.id);
  if (!known) return [...turn.tools, { tool, at: turn.reply.length, startedAt: timestamp, approval, output: output?.text ?? '' }];
  const changed = {
    ...known,
    tool,
    approval: approval ?? known.approval,
    // Pieces may come again after a resume.
    output: output ? known.output.slice(0, output.offset) + output.text : known.output,
  };
  return turn.tools.map((step) => (step === known ? changed : step));
};
