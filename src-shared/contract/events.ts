import * as z from 'zod';
import { type ErrorCode, errorCodes } from '../error-codes.ts';
import { uploadIdSchema } from '../models/ids.ts';

/**
 * The one union of what can happen in a turn. Every surface (WS, REST, SSE, the console, logs) reads this
 * and nothing else. All but `delta` and the passing states of `status` are durable: they stand in the event
 * log under a `seq` that is given out only after commit.
 */

export const usageSchema = z.object({
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  /** US dollars; 0 where the model has no price. */
  costUsd: z.number().nonnegative(),
});
export type Usage = z.infer<typeof usageSchema>;

/** A file that goes with a message or a reply. */
export const attachmentSchema = z.object({
  id: uploadIdSchema,
  name: z.string(),
  /** Media type: of pictures as their first bytes say, else as the client said. */
  type: z.string(),
  /** Bytes. */
  size: z.int(),
});
export type Attachment = z.infer<typeof attachmentSchema>;

export const toolCallSchema = z.object({
  id: z.string(),
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  /** `denied`: by policy, by somebody, or because nobody answered in time. `handed_over`: a tool of the client's, who is asked to run it. */
  status: z.enum(['awaiting_approval', 'started', 'finished', 'failed', 'denied', 'handed_over']),
  /** What the model was told; capped. */
  result: z.string().optional(),
  /** Only while it runs, only for who asked for `stream`, never stored: a piece of what it says, at its offset in UTF-16 units. */
  output: z.object({ text: z.string(), offset: z.int().nonnegative() }).optional(),
  durationMs: z.int().nonnegative().optional(),
});
export type ToolCall = z.infer<typeof toolCallSchema>;

const errorCodeSchema = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]);

/** Where a turn stands. `cancelled`, `restarted` and `interrupted` are durable; the others pass. */
export const turnStateSchema = z.enum([
  'queued',
  'thinking',
  'running_tool',
  'awaiting_approval',
  'restarted',
  'cancelled',
  'interrupted',
  'done',
]);
export type TurnState = z.infer<typeof turnStateSchema>;

/** What an approval lets happen: the exact thing, so that nothing else can happen in its name. */
export const approvalSchema = z.object({
  id: z.string(),
  messageId: z.string(),
  sessionId: z.string().describe('the handle'),
  agentId: z.string(),
  ownerId: z.string().describe('the token whose turn asks'),
  toolCallId: z.string(),
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  /** One line: `git push origin main`, `write src/app.ts (1,204 bytes)`. */
  title: z.string(),
  cwd: z.string().nullable(),
  /** In words, what it can touch: files, network, programs. */
  touches: z.array(z.string()),
  /** What holds it in: `bubblewrap`, `sandbox-exec`, `none`; null for what runs inside the gateway. */
  sandbox: z.string().nullable(),
  /** A unified diff or the new text, for what writes; capped. */
  preview: z.string().nullable(),
  risk: z.enum(['low', 'medium', 'high']),
  /** Only with the PIN, and never to be remembered. */
  needsPin: z.boolean(),
  status: z.enum(['pending', 'granted', 'denied', 'expired', 'cancelled']),
  requestedAt: z.number(),
  expiresAt: z.number(),
  decidedAt: z.number().nullable(),
  decidedBy: z.string().nullable().describe('the token that answered, `local`, or a rule'),
});
export type Approval = z.infer<typeof approvalSchema>;

/** What the user said; the first durable event of a turn. */
export const messageEventSchema = z.object({
  type: z.literal('message'),
  content: z.string(),
  channel: z.string(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  attachments: z.array(attachmentSchema).optional(),
});

export const statusEventSchema = z.object({
  type: z.literal('status'),
  state: turnStateSchema,
  /** The state in words. */
  content: z.string(),
  /** With `cancelled`: what had been said until then. */
  partial: z.string().optional(),
  /** With `awaiting_approval`: what is asked, and how to answer. */
  approval: approvalSchema.optional(),
});

export const toolCallEventSchema = z.object({
  type: z.literal('tool_call'),
  content: z.string(),
  tool: toolCallSchema,
  approval: approvalSchema.optional(),
});

/** A piece of the running reply. `offset` counts UTF-16 units from the start of the reply. Never stored. */
export const deltaEventSchema = z.object({ type: z.literal('delta'), content: z.string(), offset: z.int().nonnegative() });

/** The whole reply, once. */
export const responseEventSchema = z.object({
  type: z.literal('response'),
  content: z.string(),
  attachments: z.array(attachmentSchema).optional().describe('files that go with it: GET /api/v1/uploads/{id}'),
  final: z.literal(true),
  usage: usageSchema,
  durationMs: z.int().nonnegative(),
});

export const errorEventSchema = z.object({
  type: z.literal('error'),
  code: errorCodeSchema,
  content: z.string(),
  retryable: z.boolean(),
  hint: z.string().optional(),
  retryAfterMs: z.int().nonnegative().optional(),
  details: z.unknown().optional(),
  /** What had been said before it failed. */
  partial: z.string().optional(),
});

/** Stands for all turns that ended up to `upToSeq` where the history is too long for a model. They stay; nobody is sent this. */
export const summaryEventSchema = z.object({ type: z.literal('summary'), content: z.string(), upToSeq: z.int().nonnegative() });

export const turnEventSchema = z.discriminatedUnion('type', [
  messageEventSchema,
  statusEventSchema,
  toolCallEventSchema,
  deltaEventSchema,
  responseEventSchema,
  errorEventSchema,
  summaryEventSchema,
]);
export type TurnEvent = z.infer<typeof turnEventSchema>;
export type DurableEvent = Exclude<TurnEvent, { type: 'delta' }>;

/** How a turn ended, as `GET /api/v1/messages/{id}` and the REST answer name it. */
export const turnStatusSchema = z.enum(['accepted', 'completed', 'cancelled', 'failed', 'timeout']);
export type TurnStatus = z.infer<typeof turnStatusSchema>;

/** What the event log holds. */
export const durableEventSchema = z.discriminatedUnion('type', [
  summaryEventSchema,
  messageEventSchema,
  statusEventSchema,
  toolCallEventSchema,
  responseEventSchema,
  errorEventSchema,
]);
