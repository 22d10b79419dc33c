import * as z from 'zod';
import type { ToolCall } from '../../../src-shared/contract/events.ts';
import type { Clock } from '../../gateway-ports.ts';
import type { ModelTool, ModelToolCall } from '../models/model-client.ts';
import { type Tool, type ToolContext, ToolError } from './tool.ts';

const resultMost = 64 * 1024;
const timeLimitMs = 60_000;

export type ToolHooks = {
  readonly onStarted: (call: ToolCall, sideEffects: boolean) => Promise<void>;
  readonly onEnded: (call: ToolCall) => Promise<void>;
};

/** Runs what a model called: finds the tool, validates the arguments, records the start, bounds time and output. */
export type ToolRunner = {
  readonly offered: readonly ModelTool[];
  /** Gives what the model is to be told; rejects only when the start or end cannot be recorded. */
  readonly run: (call: ModelToolCall, context: ToolContext, hooks: ToolHooks) => Promise<string>;
};

export const createToolRunner = (tools: readonly Tool[], clock: Clock): ToolRunner => {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));

  const execute = async (tool: Tool, args: Record<string, unknown>, context: ToolContext): Promise<{ ok: boolean; text: string }> => {
    const limit = new AbortController();
    const cancel = clock.after(timeLimitMs, () => limit.abort());
    const signal = AbortSignal.any([context.signal, limit.signal]);
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener(
        'abort',
        () =>
          reject(
            new ToolError(limit.signal.aborted ? `${tool.name} took longer than ${timeLimitMs / 1000} s and was ended.` : 'Cancelled.'),
          ),
        { once: true },
      );
    });
    try {
      return { ok: true, text: capped(await Promise.race([tool.execute(args, { ...context, signal }), aborted])) };
    } catch (error) {
      return { ok: false, text: error instanceof ToolError ? error.message : `${tool.name} failed inside the gateway.` };
    } finally {
      cancel();
    }
  };

  return {
    offered: tools.map((tool) => ({
      name: tool.name,
      description: tool.description,
      parameters: z.toJSONSchema(tool.parameters) as Record<string, unknown>,
    })),
    run: async (call, context, hooks) => {
      const tool = byName.get(call.name);
      const args = parseArguments(call.argumentsJson);
      const parsed = args && tool ? tool.parameters.safeParse(args) : null;
      const started: ToolCall = { id: call.id, name: call.name, arguments: args ?? {}, status: 'started' };
      const startedAt = clock.monotonic();
      await hooks.onStarted(started, tool?.sideEffects ?? false);
      const refused = !tool
        ? `There is no tool "${call.name}". Tools: ${[...byName.keys()].join(', ') || 'none'}.`
        : !args
          ? 'The arguments are not a JSON object.'
          : parsed?.success
            ? null
            : `The arguments do not fit: ${z.prettifyError(parsed?.error ?? new z.ZodError([]))}`;
      const result =
        refused !== null || !tool || !parsed?.success ? { ok: false, text: refused ?? '' } : await execute(tool, parsed.data, context);
      await hooks.onEnded({
        ...started,
        status: result.ok ? 'finished' : 'failed',
        result: result.text,
        durationMs: Math.round(clock.monotonic() - startedAt),
      });
      return result.text;
    },
  };
};

const parseArguments = (json: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(json.trim() === '' ? '{}' : json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};

const capped = (text: string): string =>
  text.length <= resultMost ? text : `${text.slice(0, resultMost)}\n[${text.length - resultMost} more characters left out]`;
