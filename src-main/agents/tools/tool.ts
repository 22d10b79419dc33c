import type { z } from 'zod';
import type { Approval, Attachment } from '../../../src-shared/contract/events.ts';
import type { Write } from '../../storage/database.ts';

/**
 * What a tool does to the world: `read` looks at files of the workspace, `write` changes them, `run` starts programs,
 * `network` speaks to other machines, `talk` concerns nobody but the gateway and its user.
 */
export type Effect = 'read' | 'write' | 'run' | 'network' | 'talk';

/** Changes something that a crash in the middle leaves in doubt: its start is recorded before it begins. */
export const hasSideEffects = (effect: Effect): boolean => effect !== 'read' && effect !== 'talk';

/** What a tool may know of the turn that calls it. */
export type ToolContext = {
  /** The agent's folder, absolute and real (links resolved). */
  readonly workspace: string;
  readonly signal: AbortSignal;
  readonly agentId: string;
  /** The session's handle. */
  readonly sessionId: string;
  /** The token whose turn it is. */
  readonly ownerId: string;
  readonly messageId: string;
  readonly toolCallId: string;
  readonly traceId: string;
  /** What it says while it runs, for who looks on; the model gets the result only. */
  readonly onOutput: (text: string) => void;
  /** Ends the turn after the calls of this step, with this at the end of the reply. */
  readonly endTurn: (lastWords: string) => void;
  /** It waits for an approval that somebody else asked for; null: it goes on. Resolves when that is on the disk. */
  readonly onWaiting: (approval: Approval | null) => Promise<void>;
  /** Files that go with the reply: a tool adds to them. Null where the reply is heard by somebody who takes none. */
  readonly replyFiles: Attachment[] | null;
  /** Of what is said in its session nothing is kept. */
  readonly isHidden: boolean;
  /** The tools that this turn has. */
  readonly toolNames: () => readonly string[];
};

/** The exact thing that a call would do: what an approval shows, and all that it allows. */
export type Action = {
  /** One line: `git push origin main`. */
  readonly title: string;
  /**
   * What the approval is bound to, as JSON: argv, cwd, names of the environment, the executable's path and hash; or the
   * resolved path of a file and the hash of what is there. Planned again at launch, it must be the same.
   */
  readonly binding: Readonly<Record<string, unknown>>;
  readonly cwd: string | null;
  /** In words, what it can touch. */
  readonly touches: readonly string[];
  /** What holds it in (`bubblewrap`, `sandbox-exec`, `none`); null for what runs inside the gateway. */
  readonly sandbox: string | null;
  /** A diff or the new text; null where there is none. */
  readonly preview: string | null;
  readonly risk: 'low' | 'medium' | 'high';
  /** What "always" and "for this session" would allow from then on, as JSON; null: only this once. */
  readonly rule: Readonly<Record<string, unknown>> | null;
};

/** What a tool takes: by our own schema, or by a JSON Schema that came from outside (`json-schema.ts` makes it). */
export type ToolParameters = z.ZodObject | JsonSchemaParameters;
export type JsonSchemaParameters = {
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  /** @returns in words what does not fit; null where all does */
  readonly validate: (args: Readonly<Record<string, unknown>>) => string | null;
};
export type ToolArguments<Schema extends ToolParameters> = z.output<Schema extends z.ZodObject ? Schema : z.ZodObject>;

/**
 * A tool an agent can call. Made by a factory with its I/O injected. `execute` gives text for the model and
 * throws a `ToolError` for what the model should be told went wrong.
 */
export type Tool<Schema extends ToolParameters = ToolParameters> = {
  readonly name: string;
  readonly description: string;
  readonly parameters: Schema;
  readonly effect: Effect;
  /** Though it has no effect itself, what it begins may have: its start is recorded as if it had. */
  readonly leadsToEffects?: true;
  /** Calls of it in one step may run side by side; only for tools that change nothing. */
  readonly parallel?: true;
  /** Longest it may take, ms; default 60 s. Waiting for an approval is not counted. */
  readonly timeLimitMs?: number;
  /** What the call would do. Needed for every effect that may have to be approved. Throws a `ToolError` as `execute` does. */
  readonly plan?: (args: ToolArguments<Schema>, context: ToolContext) => Promise<Action>;
  readonly execute: (args: ToolArguments<Schema>, context: ToolContext) => Promise<string>;
};

/** Says to the model, in words, why a tool did not do what was asked. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** Stands between a call and its effect: policy, rules, and whoever has to be asked. */
export type ToolGate = (request: {
  readonly tool: string;
  readonly effect: Effect;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly context: ToolContext;
  /** Null for tools that never need an approval. */
  readonly plan: (() => Promise<Action>) | null;
  /** Somebody has to be asked: makes it known, and stores `writes` with it. */
  readonly onAsked: AskHook;
}) => Promise<{ readonly allowed: true } | { readonly allowed: false; readonly why: string }>;

export type AskHook = (approval: Approval, writes: readonly Write[]) => Promise<void>;
