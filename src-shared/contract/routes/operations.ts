import * as z from 'zod';
import { messageIdSchema } from '../../models/ids.ts';
import { toolCallSchema, turnStatusSchema, usageSchema } from '../events.ts';
import { errorBodySchema, page, type Route } from '../route.ts';

const healthSchema = z.object({ model: z.string(), provider: z.string(), state: z.enum(['unknown', 'ok', 'failing']), detail: z.string() });

/** Where secrets are: the OS keychain, an encrypted file, one whose key is elsewhere, or memory alone. */
export const secretBackendSchema = z.enum(['keychain', 'file', 'secret-file', 'memory']);
export type SecretBackend = z.infer<typeof secretBackendSchema>;

/** What an operator has stopped: everything, or one agent, session (handle), token or channel. */
export const stopSchema = z.object({
  what: z.enum(['all', 'agent', 'session', 'token', 'channel']),
  id: z.string().nullable(),
  since: z.number(),
});
export type Stop = z.infer<typeof stopSchema>;
const stopTarget = z
  .object({ what: stopSchema.shape.what, id: z.string().min(1).max(128).optional() })
  .refine(({ what, id }) => (what === 'all') === (id === undefined), 'all takes no id, everything else needs one');
export type StopTarget = z.output<typeof stopTarget>;

export const statusSchema = z.object({
  status: z.enum(['ok', 'stopping']),
  version: z.string(),
  uptimeMs: z.int(),
  agents: z.array(z.object({ id: z.string(), state: z.enum(['idle', 'running']) })),
  channels: z.array(z.object({ id: z.string(), state: z.string() })).optional(),
  queue: z.object({ running: z.int(), waiting: z.int() }).optional(),
  models: z.array(healthSchema).optional(),
  secrets: z.object({ backend: secretBackendSchema, warning: z.string().nullable() }).optional(),
  warnings: z.array(z.string()).optional(),
  stops: z.array(stopSchema).optional().describe('what an operator has stopped'),
});

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export const logLineSchema = z.object({
  /** Counts up by one for each line, and is never given twice: each start of the gateway begins at the next million. */
  seq: z.int(),
  time: z.number(),
  level: z.enum(logLevels),
  source: z.string(),
  message: z.string(),
  traceId: z.string().optional(),
  token: z.string().optional().describe('the id of the token that the request or turn belongs to'),
  fields: z.record(z.string(), z.unknown()),
});
export type LogLine = z.infer<typeof logLineSchema>;

/**
 * What the topic `logs` sends, at most some ten times a second: the lines of the level with `from` < seq <= `to`. The first
 * is empty and says where it begins. Each begins where the last one of the same subscription ended.
 */
export const logBatchSchema = z.object({
  from: z.int(),
  to: z.int(),
  lines: z.array(logLineSchema),
  dropped: z.int().describe('lines in between that were not sent, because the client read too slowly; getLogs has them'),
});
export type LogBatch = z.infer<typeof logBatchSchema>;

/** The door a turn came in by. */
export const doorSchema = z.enum(['rest', 'invoke', 'ws', 'openai', 'batch', 'task', 'channel', 'mcp', 'delegate']);
export type Door = z.infer<typeof doorSchema>;

const requestRowSchema = z.object({
  id: z.string().describe('the message id'),
  at: z.number(),
  via: doorSchema,
  channel: z.string(),
  tokenId: z.string(),
  agentId: z.string(),
  model: z.string().nullable(),
  sessionId: z.string().nullable().describe('the handle; null where nothing of it is kept in the history'),
  status: turnStatusSchema,
  durationMs: z.int().nullable(),
  usage: usageSchema,
  traceId: z.string(),
});
export type RequestRow = z.infer<typeof requestRowSchema>;

const usageKeys = ['day', 'agent', 'token', 'model'] as const;
const day = z.iso.date();

/** To see, count and stop what the gateway does. */
export const operationRoutes = {
  getStatus: {
    method: 'GET',
    path: '/api/v1/status',
    auth: 'optional',
    summary: 'whether the gateway and its agents are up',
    answers: { 200: statusSchema },
  },
  stop: {
    method: 'POST',
    path: '/api/v1/stop',
    auth: 'bearer',
    scope: 'admin',
    summary: 'the emergency brake: cancels turns with their process trees; nothing new begins until started again, also after a restart',
    body: stopTarget,
    answers: { 200: z.object({ stops: z.array(stopSchema), cancelled: z.int() }) },
  },
  start: {
    method: 'POST',
    path: '/api/v1/start',
    auth: 'bearer',
    scope: 'admin',
    summary: 'release the brake; what: all releases every stop',
    body: stopTarget,
    answers: { 200: z.object({ stops: z.array(stopSchema) }) },
  },
  listRequests: {
    method: 'GET',
    path: '/api/v1/requests',
    auth: 'bearer',
    scope: 'requests',
    summary: "turns by every door, newest first: one's own, with admin everyone's",
    query: z.object({
      ...page,
      via: doorSchema.optional(),
      status: turnStatusSchema.optional(),
      agentId: z.string().max(64).optional(),
      tokenId: z.string().max(64).optional(),
    }),
    answers: { 200: z.object({ requests: z.array(requestRowSchema), nextCursor: z.string().nullable() }) },
  },
  getRequest: {
    method: 'GET',
    path: '/api/v1/requests/{id}',
    auth: 'bearer',
    scope: 'requests',
    summary: 'one of them, opened: body with secrets masked, reply, tool calls, error',
    params: z.object({ id: messageIdSchema }),
    answers: {
      200: z.object({
        request: requestRowSchema,
        body: z.string().nullable().describe('null where it is not kept: retention.requestBodies is off, or a /v1 call without a session'),
        reply: z.string().nullable(),
        toolCalls: z.array(toolCallSchema),
        error: errorBodySchema.shape.error.optional(),
      }),
    },
  },
  getUsage: {
    method: 'GET',
    path: '/api/v1/usage',
    auth: 'bearer',
    scope: 'usage',
    summary: "turns, tokens, cost and time: one's own, with admin everyone's; days in UTC, both ends included, default the last 30",
    query: z.object({ from: day.optional(), to: day.optional(), by: z.enum(usageKeys).default('day') }),
    answers: {
      200: z.object({
        from: z.string(),
        to: z.string(),
        rows: z.array(
          z.object({
            key: z.string(),
            turns: z.int(),
            failed: z.int(),
            inputTokens: z.int(),
            outputTokens: z.int(),
            costUsd: z.number(),
            durationMs: z.int().describe('of all turns together'),
          }),
        ),
      }),
    },
  },
  getLogs: {
    method: 'GET',
    path: '/api/v1/logs',
    auth: 'bearer',
    scope: 'logs',
    stream: true,
    summary: 'the newest log lines, oldest first; as server-sent events it follows',
    query: z.object({
      level: z.enum(logLevels).optional().describe('and above; default info'),
      source: z.string().max(128).optional().describe('only from there: http, gateway, channel:<id> …'),
      token: z.string().max(64).optional().describe('the id of a token'),
      q: z.string().max(256).optional().describe('text in any field, upper or lower case'),
      since: z.coerce.number().optional().describe('later than this time'),
      after: z.coerce.number().int().optional().describe('later than this seq'),
      before: z.coerce.number().int().optional().describe('earlier than this seq, also in rotated files'),
      limit: z.coerce.number().int().min(1).max(5000).optional().describe('default 200'),
    }),
    answers: {
      200: z.object({
        lines: z.array(logLineSchema),
        nextBefore: z.int().nullable().describe('older ones with `before`; null: there are none'),
      }),
    },
  },
  getHealth: {
    method: 'GET',
    path: '/healthz',
    auth: 'open',
    summary: 'the process lives',
    answers: { 200: z.object({ status: z.literal('ok') }) },
  },
  getReady: {
    method: 'GET',
    path: '/readyz',
    auth: 'open',
    summary: 'database and signing key are at hand',
    answers: { 200: z.object({ status: z.literal('ready') }) },
  },
  getMetrics: {
    method: 'GET',
    path: '/metrics',
    auth: 'bearer',
    summary: 'for Prometheus, with a bearer token of any scope',
    media: ['text/plain'],
    answers: { 200: z.string() },
  },
} as const satisfies Record<string, Route>;
