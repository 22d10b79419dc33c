import type { AppError } from '../../../src-shared/app-error.ts';

/** One earlier piece of the conversation, as every wire can say it. */
export type ModelMessage =
  | { readonly role: 'user'; readonly content: string; readonly images?: readonly ModelImage[] }
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls: readonly ModelToolCall[] }
  | { readonly role: 'tool'; readonly toolCallId: string; readonly name: string; readonly content: string };

/** PNG, JPEG, GIF or WebP. */
export type ModelImage = { readonly mediaType: string; readonly base64: string };

export type ModelToolCall = {
  readonly id: string;
  readonly name: string;
  /** As the model wrote them: JSON text, not yet validated. */
  readonly argumentsJson: string;
};

export type ModelTool = {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
};

export type ModelRequest = {
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
  /** `required`: one of the tools has to be called; or this one. Not given: as the model likes. */
  readonly toolChoice?: 'required' | { readonly name: string } | undefined;
  /** Calls at most one tool at a time. */
  readonly oneToolAtATime?: boolean | undefined;
  /** The answer, once no more tools are called, is JSON that fits this JSON Schema – as far as the server can see to it. */
  readonly outputSchema?: Readonly<Record<string, unknown>> | undefined;
  /** For the provider's logs and ours. */
  readonly traceId: string;
};

/** Tools that the client runs itself, and how the model is to call them. */
export type ClientTools = Pick<ModelRequest, 'tools' | 'toolChoice' | 'oneToolAtATime'>;

/**
 * What a model streams. A stream never throws: its last event is `end` or `error`, always exactly one.
 * After an abort it ends with `error` whose cause is the abort reason, or just stops – the caller knows.
 */
export type ModelEvent =
  | { readonly type: 'text'; readonly text: string }
  /** Thinking that is shown but not part of the reply. */
  | { readonly type: 'reasoning'; readonly text: string }
  /** A whole call, after its fragments have been joined. */
  | { readonly type: 'tool_call'; readonly call: ModelToolCall }
  | { readonly type: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  /** `length`: cut by the token limit; `refusal`: the provider's filter. */
  | { readonly type: 'end'; readonly reason: 'stop' | 'tool_calls' | 'length' | 'refusal' }
  | { readonly type: 'error'; readonly error: AppError };

/** The port to a language model. Twins: one file per wire, and `offline-model`. */
export type ModelClient = {
  /** For people: `qwen3 at 127.0.0.1:11434`. */
  readonly label: string;
  readonly provider: string;
  /** Of one answer; null or not given: whatever the server allows. */
  readonly maxOutputTokens?: number | null;
  readonly stream: (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>;
};
