import * as z from 'zod';
import { agentIdSchema, approvalIdSchema, idempotencyKeySchema, messageIdSchema, sessionRefSchema, uploadIdSchema } from '../models/ids.ts';
import type { Scope } from '../models/scope.ts';
import { deltaEventSchema, errorEventSchema, responseEventSchema, statusEventSchema, toolCallEventSchema } from './events.ts';

/** Longest `content`, in UTF-8 bytes. */
export const maxContentBytes = 768 * 1024;

export const contentSchema = z
  .string()
  .min(1, 'content is empty')
  // A UTF-16 unit is at most three bytes in UTF-8, so only long texts need counting.
  .refine(
    (text) => text.length * 3 <= maxContentBytes || new TextEncoder().encode(text).length <= maxContentBytes,
    'content is longer than 768 KiB',
  );

export const metadataSchema = z.record(z.string().max(256), z.unknown());

/** The fields that REST, WS and invoke share. */
export const messageFields = {
  content: contentSchema,
  agentId: agentIdSchema.optional(),
  sessionId: sessionRefSchema.optional(),
  channel: z.string().min(1).max(128).optional(),
  metadata: metadataSchema.optional(),
  attachments: z.array(uploadIdSchema).max(16).optional().describe('ids of uploads'),
};

/** What can be subscribed to, and the scope it takes. */
export const topics = {
  logs: 'logs',
  status: null,
  sessions: 'sessions',
  approvals: 'approvals',
  channels: 'channels:read',
  requests: 'requests',
} as const satisfies Record<string, Scope | null>;
export type Topic = keyof typeof topics;
const topicSchema = z.enum(Object.keys(topics) as [Topic, ...Topic[]]);

const approvalAnswer = { approvalId: approvalIdSchema, pin: z.string().max(256).optional() };

/** Client → gateway. Unknown fields are ignored, so that newer clients can talk to older gateways. */
export const clientFrameSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    ...messageFields,
    /** Echoed as `replyTo`, nothing more. */
    id: z.string().max(256).optional(),
    idempotencyKey: idempotencyKeySchema.optional(),
    /** Send `delta` frames while the reply is being made. */
    stream: z.boolean().optional(),
  }),
  z.object({ type: z.literal('cancel'), messageId: messageIdSchema.optional(), sessionId: sessionRefSchema.optional() }),
  z.object({
    type: z.literal('resume'),
    sessionId: sessionRefSchema,
    /** The last `seq` the client has; 0 for all. */
    afterSeq: z.int().nonnegative(),
    messageId: messageIdSchema.optional(),
    /** How much of that message's reply the client has, in UTF-16 units. */
    offset: z.int().nonnegative().optional(),
  }),
  z.object({
    type: z.literal('subscribe'),
    topics: z.array(topicSchema).max(16),
    level: z.enum(['debug', 'info', 'warn', 'error']).optional(),
  }),
  z.object({ type: z.literal('approve'), ...approvalAnswer, remember: z.enum(['once', 'session', 'always']).optional() }),
  z.object({ type: z.literal('deny'), ...approvalAnswer }),
  z.object({ type: z.literal('unsubscribe'), topics: z.array(topicSchema).max(16) }),
  z.object({ type: z.literal('ping') }),
]);
export type ClientFrame = z.infer<typeof clientFrameSchema>;

/** On every frame of a turn. */
const envelope = {
  agentId: z.string(),
  sessionId: z.string(),
  /** Milliseconds since 1970. */
  timestamp: z.number(),
  messageId: z.string(),
  replyTo: z.string().optional(),
  traceId: z.string(),
  /** On durable frames only; per session, never reused. */
  seq: z.int().positive().optional(),
};

const turnFrameSchemas = [
  statusEventSchema.extend(envelope),
  toolCallEventSchema.extend(envelope),
  deltaEventSchema.extend(envelope),
  responseEventSchema.extend(envelope),
] as const;

/** Gateway → client. Every frame has a string `content`. */
export const serverFrameSchema = z.discriminatedUnion('type', [
  ...turnFrameSchemas,
  // An error can come before there is a turn: then the envelope is empty strings.
  errorEventSchema.extend(envelope),
  z.object({
    type: z.literal('event'),
    content: z.string(),
    agentId: z.string(),
    sessionId: z.string(),
    timestamp: z.number(),
    topic: topicSchema,
    data: z.unknown(),
  }),
  z.object({ type: z.literal('pong'), content: z.string(), agentId: z.string(), sessionId: z.string(), timestamp: z.number() }),
]);
export type ServerFrame = z.infer<typeof serverFrameSchema>;

/** A frame of a turn: what SSE sends too. */
export type TurnFrame = Extract<ServerFrame, { messageId: string }>;
