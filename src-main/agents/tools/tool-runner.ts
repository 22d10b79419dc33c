import * as z from 'zod';
import { AppError } from '../../../src-shared/app-error.ts';
import type { ToolCall } from '../../../src-shared/contract/events.ts';
import type { Clock } from '../../gateway-ports.ts';
import type { ModelTool, ModelToolCall } from '../models/model-client.ts';
import { type AskHook, hasSideEffects, type Tool, type ToolContext, ToolError, type ToolGate, type ToolParameters } from './tool.ts';

const resultMost = 64 * 1024;
const timeLimitMs = 60_000;

export type ToolHooks = {
  /** It waits for somebody's word; resolves when that is on the disk. */
  readonly onAsked: (call: ToolCall, ...asked: Parameters<AskHook>) => Promise<void>;
  readonly onStarted: (call: ToolCall, sideEffects: boolean) => Promise<void>;
  readonly onOutput: (call: ToolCall, text: string) => void;
  readonly onEnded: (call: ToolCall) => Promise<void>;
};

/** Of the context what is the same for every call of a turn. */
export type TurnContext = Omit<ToolContext, 'toolCallId' | 'onOutput' | 'onWaiting' | 'toolNames'>;

/** Runs what a model called: finds the tool, validates the arguments, asks where somebody has to be asked, records the start, bounds time and output. */
export type ToolRunner = {
  readonly offered: readonly ModelTool[];
  /** Whether calls of a tool may run side by side. */
  readonly isParallel: (name: string) => boolean;
  /** Gives what the model is to be told; rejects only when what happens cannot be recorded. */
  readonly run: (call: ModelToolCall, context: TurnContext, hooks: ToolHooks) => Promise<string>;
};

type Result = { readonly status: 'finished' | 'failed' | 'denied'; readonly text: string };

export const createToolRunner = (
  tools: readonly Tool[],
  { clock, gate }: { readonly clock: Clock; readonly gate: ToolGate },
): ToolRunner => {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));

  const find = (name: string, argumentsJson: string): { tool: Tool; args: Record<string, unknown> } => {
    const tool = byName.get(name);
    if (!tool) throw new ToolError(`There is no tool "${name}". Tools: ${[...byName.keys()].join(', ') || 'none'}.`);
    return { tool, args: validArguments(tool.parameters, requireObject(argumentsJson)) };
  };

  const execute = async (tool: Tool, args: Record<string, unknown>, context: ToolContext): Promise<string> => {
    const limitMs = tool.timeLimitMs ?? timeLimitMs;
    const limit = new AbortController();
    const cancel = clock.after(limitMs, () => limit.abort());
    const signal = AbortSignal.any([context.signal, limit.signal]);
    const aborted = new Promise<never>((_resolve, reject) => {
      const end = (): void =>
        reject(new ToolError(limit.signal.aborted ? `${tool.name} took longer than ${limitMs / 1000} s and was ended.` : 'Cancelled.'));
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
    try {
      return capped(await Promise.race([tool.execute(args, { ...context, signal }), aborted]));
    } finally {
      cancel();
    }
  };

  return {
    offered: tools.map((tool) => ({
      name: tool.name,
      description: tool.description,
      parameters: jsonSchemaOf(tool.parameters),
    })),
    isParallel: (name) => byName.get(name)?.parallel === true,
    run: async (call, turn, hooks) => {
      const shown: ToolCall = { id: call.id, name: call.name, arguments: parseObject(call.argumentsJson) ?? {}, status: 'started' };
      let isWaiting = false;
      const context: ToolContext = {
        ...turn,
        toolCallId: call.id,
        onOutput: (text) => hooks.onOutput(shown, text),
        onWaiting: async (approval) => {
          if (approval === null && !isWaiting) return;
          isWaiting = approval !== null;
          if (approval === null) await hooks.onStarted(shown, isInDoubt);
          else await hooks.onAsked({ ...shown, status: 'awaiting_approval' }, approval, []);
        },
        toolNames: () => [...byName.keys()],
      };
      let startedAt: number | null = null;
      let isInDoubt = false;

      const attempt = async (): Promise<Result> => {
        const { tool, args } = find(call.name, call.argumentsJson);
        const { plan } = tool;
        const verdict = await gate({
          tool: tool.name,
          effect: tool.effect,
          arguments: shown.arguments,
          context,
          plan: plan ? () => plan(args, context) : null,
          onAsked: (approval, writes) => recorded(hooks.onAsked({ ...shown, status: 'awaiting_approval' }, approval, writes)),
        });
        if (!verdict.allowed) return { status: 'denied', text: verdict.why };
        isInDoubt = hasSideEffects(tool.effect) || tool.leadsToEffects === true;
        await recorded(hooks.onStarted(shown, isInDoubt));
        startedAt = clock.monotonic();
        return { status: 'finished', text: await execute(tool, args, context) };
      };

      const result = await attempt().catch((error: unknown): Result => {
        if (error instanceof NotRecorded) throw error.cause;
        return {
          status: 'failed',
          text: error instanceof ToolError || error instanceof AppError ? error.message : `${call.name} failed inside the gateway.`,
        };
      });
      await hooks.onEnded({
        ...shown,
        status: result.status,
        result: result.text,
        ...(startedAt === null ? { durationMs: 0 } : { durationMs: Math.round(clock.monotonic() - startedAt) }),
      });
      return result.text;
    },
  };
};

/** What could not be written down must not happen: the turn ends with it, where a tool's own failure goes to the model. */
class NotRecorded extends Error {}

const recorded = (writing: Promise<void>): Promise<void> =>
  writing.catch((cause: unknown) => {
    throw new NotRecorded('not recorded', { cause });
  });

const jsonSchemaOf = (parameters: ToolParameters): Readonly<Record<string, unknown>> => {
  if ('jsonSchema' in parameters) return parameters.jsonSchema;
  // Which dialect it is no provider asks, and it is paid for with every call.
  const { $schema: _dialect, ...schema } = z.toJSONSchema(parameters);
  return schema;
};

const validArguments = (parameters: ToolParameters, args: Record<string, unknown>): Record<string, unknown> => {
  if ('jsonSchema' in parameters) {
    const wrong = parameters.validate(args);
    if (wrong !== null) throw new ToolError(`The arguments do not fit: ${wrong}`);
    return args;
  }
  const parsed = parameters.safeParse(args);
  if (!parsed.success) throw new ToolError(`The arguments do not fit: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

const requireObject = (json: string): Record<string, unknown> => {
  const value = parseObject(json);
  if (value === null) throw new ToolError('The arguments are not a JSON object.');
  return value;
};

const parseObject = (json: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(json.trim() === '' ? '{}' : json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};

const capped = (text: string): string =>
  text.length <= resultMost ? text : `${text.slice(0, resultMost)}\n[${text.length - resultMost} more characters left out]`;
