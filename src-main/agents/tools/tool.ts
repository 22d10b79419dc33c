import type { z } from 'zod';

/** What a tool may know of the turn that calls it. */
export type ToolContext = {
  /** The agent's folder, absolute and real (links resolved). */
  readonly workspace: string;
  readonly signal: AbortSignal;
};

/**
 * A tool an agent can call. Made by a factory with its I/O injected. `execute` gives text for the model and
 * throws a `ToolError` for what the model should be told went wrong.
 */
export type Tool<Schema extends z.ZodObject = z.ZodObject> = {
  readonly name: string;
  readonly description: string;
  readonly parameters: Schema;
  /** Changes something outside the gateway: its start is recorded before it begins, and a crash in between is told. */
  readonly sideEffects: boolean;
  readonly execute: (args: z.output<Schema>, context: ToolContext) => Promise<string>;
};

/** Says to the model, in words, why a tool did not do what was asked. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
