import type { PluginContext } from './channel-context.ts';

export type ToolContext = PluginContext & { /** Aborted when nobody waits for the result any more. */ readonly signal: AbortSignal };

/** Something an agent can do. Each call passes the same approvals as the built-in tools. */
export type Tool = {
  /** 1-64 of `A-Z a-z 0-9 _ -`. Agents see `pluginId.name`. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments, an object; they fit it when `execute` is called. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** True where it only reads. The user sees it, and decides. */
  readonly readOnly?: boolean;
  /** The result as the model reads it: text, or what `JSON.stringify` takes. What it throws the model reads too. */
  execute(args: Readonly<Record<string, unknown>>, ctx: ToolContext): Promise<unknown>;
};

export interface ToolPlugin {
  readonly tools: readonly Tool[];
}
