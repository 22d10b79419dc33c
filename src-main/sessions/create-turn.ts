import { AppError } from '../../src-shared/app-error.ts';
import type { Approval, DurableEvent, ToolCall, TurnEvent, TurnState } from '../../src-shared/contract/events.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Database, Write } from '../storage/database.ts';
import type { AgentResult, AgentRun } from './agent-run.ts';
import { wordsFor } from './status-words.ts';
import { startTimeLimit } from './time-limit.ts';
import { endsWithGateway, noUsage, type Turn, type TurnListener, type TurnOutcome, type TurnRequest } from './turn.ts';
import { endOf, filesOf, type StopReason } from './turn-end.ts';
import { acceptWrites, appendWrites, messageEvent, seqOf } from './turn-writes.ts';

type TurnPorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly runAgent: AgentRun;
  /** The message is on the disk. */
  readonly onAccepted: (turn: Turn) => void;
  /** A tool call has ended, well or not. */
  readonly onTool: (turn: Turn, call: ToolCall) => void;
  readonly onEnded: (turn: Turn, outcome: TurnOutcome) => void;
};

/** A turn with the handles its queue needs. */
export type TurnControl = Turn & {
  readonly run: () => Promise<void>;
  /** About once a second: what a crash may cost. */
  readonly checkpoint: () => void;
  /** The gateway stops: what is on the disk goes on at the next start, what is not was never acknowledged. */
  readonly park: () => void;
};

const storageRetryMs = 2_000;
/** How long the acceptance of a message waits for its end, where the reader did not ask for a stream. */
const holdMs = 50;

export const createTurn = (request: TurnRequest, ports: TurnPorts, begin: { readonly onDisk: boolean }): TurnControl => {
  const { database, clock } = ports;
  const { hidden } = request.session;
  const words = wordsFor(request.content);
  const startedAt = clock.monotonic();
  const abort = new AbortController();
  const listeners = new Set<TurnListener>();
  const toolCalls = new Map<string, ToolCall>();
  /** What waits for somebody's word, by call. */
  const approvals = new Map<string, Approval>();
  /** How much each running tool has said, in UTF-16 units. */
  const outputs = new Map<string, number>();
  let state: TurnState = 'queued';
  let text = '';
  let savedText = 0;
  /** A tool with side effects is at work. */
  let toolIsOpen = false;
  let onDisk = begin.onDisk;
  let accepting: Promise<void> | null = begin.onDisk ? Promise.resolve() : null;
  let stopped: StopReason | null = null;
  let running = false;
  let ended = false;
  let settle: (outcome: TurnOutcome) => void;
  const outcome = new Promise<TurnOutcome>((resolve) => {
    settle = resolve;
  });
  /** Listeners that hear nothing before the message is on the disk. */
  const waiting = new Set<() => void>();
  const nowOnDisk = (): void => {
    onDisk = true;
    for (const begin of waiting) begin();
    waiting.clear();
  };

  /** @param at of a durable event: as the log has it */
  const publish = (event: TurnEvent, seq: number | null, at = clock.now()): void => {
    if (listeners.size === 0) return;
    const published = { event, at, seq };
    for (const listener of listeners) listener(published);
  };

  const accepted = (): Promise<void> => {
    // Nobody was told of it, and its client is told that it is gone: it must not come back at the next start.
    if (accepting === null && stopped === 'parked') return Promise.reject(new AppError('GATEWAY_STOPPING'));
    accepting ??= database.write([...acceptWrites(request), ...appendWrites(request, [messageEvent(request)], clock.now())]).then(
      () => {
        nowOnDisk();
        ports.onAccepted(turn);
      },
      (error: unknown) => {
        // Nobody was told of this message: it is refused as a whole, and nothing of it runs on.
        stop('cancelled');
        throw error;
      },
    );
    return accepting;
  };

  const append = async (event: DurableEvent, also: readonly Write[] = []): Promise<void> => {
    if (hidden && also.length === 0) {
      publish(event, null);
      return;
    }
    await accepted();
    const at = clock.now();
    const results = await database.write([...appendWrites(request, [event], at), ...also]);
    publish(event, seqOf(results, 0), at);
  };

  const openToolWrites = (toolCall: string | null): Write[] =>
    toolIsOpen ? [{ op: 'turn.openTool', messageId: request.messageId, toolCall }] : [];

  const toState = (next: TurnState, content = words.state(next)): void => {
    state = next;
    publish({ type: 'status', state, content }, null);
  };

  const stop = (why: StopReason): void => {
    if (ended || stopped) return;
    stopped = why;
    abort.abort();
    // Still waiting for its lane: ends here and now, not when the lane comes to it.
    if (!running) void finish({ usage: noUsage, model: null, error: null });
  };

  /** Writes the last event and tells everyone. A message that nobody waited for so far goes to the disk in the same commit. */
  const finish = async (result: AgentResult): Promise<void> => {
    limit.cancel();
    // Once, so that the event, the answer and what is read from the database later say the same.
    const durationMs = elapsed();
    const { status, event, error } = endOf(result, { stopped, text, words, durationMs });
    const done = (final: Pick<TurnOutcome, 'status' | 'error'>): void => {
      ended = true;
      const full: TurnOutcome = {
        ...{ ...final, reply: text, usage: result.usage, durationMs },
        toolCalls: [...toolCalls.values()],
        clientCalls: result.clientCalls ?? [],
        ...(final.status === 'completed' ? filesOf(result) : {}),
      };
      ports.onEnded(turn, full);
      settle(full);
      listeners.clear();
    };
    if (stopped === 'parked') {
      // An acceptance under way decides which of the two it is.
      await accepting?.catch(() => undefined);
      if (onDisk) await database.write([{ op: 'turn.checkpoint', messageId: request.messageId, partial: text }]).catch(() => undefined);
      done({
        status: onDisk ? 'parked' : 'dropped',
        error: new AppError('GATEWAY_STOPPING', {
          ...(onDisk
            ? { hint: 'The message is kept and goes on when the gateway starts again.', details: { messageId: request.messageId } }
            : {}),
        }),
      });
      return;
    }
    const at = clock.now();
    const { usage, model } = result;
    const end: Write = { op: 'turn.end', messageId: request.messageId, status, endedAt: at, usage, model, durationMs };
    try {
      const held = accepting === null;
      await accepting;
      const writing = database.write(
        held
          ? [...acceptWrites(request), ...appendWrites(request, [messageEvent(request), event], at), end]
          : [...appendWrites(request, [event], at), end],
      );
      // Who asks for the acceptance meanwhile waits for this commit: a second insert of the turn would be refused.
      if (held) {
        accepting = writing.then(nowOnDisk);
        accepting.catch(() => undefined);
      }
      const results = await writing;
      publish(event, held ? seqOf(results, 2, 1) : seqOf(results, 0), at);
      done({ status, error });
    } catch (thrown) {
      const failed = AppError.from(thrown);
      publish({ type: 'error', code: failed.code, content: failed.message, retryable: failed.retryable }, null);
      // What was acknowledged must end on the disk too, as soon as there is room again.
      if (onDisk) retryWrite([...appendWrites(request, [event], at), end]);
      done({ status: 'failed', error: failed });
    }
  };

  const retryWrite = (writes: readonly Write[]): void => {
    clock.after(storageRetryMs, () => void database.write(writes).catch(() => retryWrite(writes)));
  };

  const elapsed = (): number => Math.max(0, Math.round(clock.monotonic() - startedAt));
  const limit = startTimeLimit(clock, request.options.timeoutMs, () => stop('timeout'));

  let nowAsked: () => void;
  const asked = new Promise<void>((resolve) => {
    nowAsked = resolve;
  });
  const onAsked = async (call: ToolCall, approval: Approval, writes: readonly Write[]): Promise<void> => {
    toolCalls.set(call.id, call);
    await append({ type: 'tool_call', content: words.tool(call), tool: call, approval }, writes);
    approvals.set(call.id, approval);
    // It is people's time now, not the turn's.
    limit.pause();
    state = 'awaiting_approval';
    publish({ type: 'status', state, content: words.state(state), approval }, null);
    nowAsked();
  };
  const onAnswered = (call: ToolCall): void => {
    if (!approvals.delete(call.id)) return;
    limit.resume();
    if (approvals.size === 0) toState('running_tool');
  };

  const turn: TurnControl = {
    request,
    state: () => state,
    text: () => text,
    toolCalls: () => [...toolCalls.values()],
    approvals: () => [...approvals.values()],
    asked,
    outcome,
    accepted,
    listen: (listener, fromOffset) => {
      const begin = (): void => {
        if (ended) return;
        listener({ event: { type: 'status', state, content: words.state(state) }, at: clock.now(), seq: null });
        if (fromOffset !== undefined && text.length > fromOffset)
          listener({ event: { type: 'delta', content: text.slice(fromOffset), offset: fromOffset }, at: clock.now(), seq: null });
        listeners.add(listener);
      };
      const undo = (): void => {
        cancelHold?.();
        waiting.delete(begin);
        listeners.delete(listener);
      };
      let cancelHold: (() => void) | null = null;
      if (onDisk || hidden) {
        // Not at once: who listens does not have its undo yet.
        queueMicrotask(() => waiting.delete(begin) && begin());
        waiting.add(begin);
        return undo;
      }
      waiting.add(begin);
      const accept = (): void => void accepted().catch(() => undefined);
      // Who wants only the end gets it out of one commit where the end is near.
      if (fromOffset === undefined && accepting === null) cancelHold = clock.after(holdMs, accept);
      else accept();
      return undo;
    },
    cancel: () => stop('cancelled'),
    run: async () => {
      if (stopped) return;
      running = true;
      toState('thinking');
      const result = await ports.runAgent({
        request,
        signal: abort.signal,
        onText: (piece) => {
          if (piece === '' || stopped) return;
          const offset = text.length;
          text += piece;
          publish({ type: 'delta', content: piece, offset }, null);
        },
        onState: (next) => toState(next),
        onFallback: (failed, next) => toState('thinking', words.fallback(failed, next)),
        onToolAsked: onAsked,
        onToolStarted: async (call, sideEffects) => {
          onAnswered(call);
          toolCalls.set(call.id, call);
          toolIsOpen = sideEffects;
          await append({ type: 'tool_call', content: words.tool(call), tool: call }, openToolWrites(call.name));
        },
        onToolOutput: (call, piece) => {
          if (piece === '' || stopped) return;
          const offset = outputs.get(call.id) ?? 0;
          outputs.set(call.id, offset + piece.length);
          publish({ type: 'tool_call', content: piece, tool: { ...call, output: { text: piece, offset } } }, null);
        },
        onSummary: (summary) => append({ type: 'summary', ...summary }),
        onToolEnded: async (call) => {
          onAnswered(call);
          toolCalls.set(call.id, call);
          ports.onTool(turn, call);
          await append({ type: 'tool_call', content: words.tool(call), tool: call }, openToolWrites(null));
          toolIsOpen = false;
        },
      });
      return finish(result);
    },
    checkpoint: () => {
      if (ended || stopped) return;
      if (accepting === null) accepted().catch(() => undefined);
      else if (onDisk && !hidden && text.length > savedText) {
        savedText = text.length;
        database.write([{ op: 'turn.checkpoint', messageId: request.messageId, partial: text }]).catch(() => undefined);
      }
    },
    park: () => stop(accepting !== null && endsWithGateway(request.via) ? 'cancelled' : 'parked'),
  };
  return turn;
};
