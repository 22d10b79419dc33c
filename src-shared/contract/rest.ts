import * as z from 'zod';
import { type ErrorCode, errorCodes } from '../error-codes.ts';
import { agentIdSchema, messageIdSchema, sessionRefSchema } from '../models/ids.ts';
import { type Scope, scopeSchema } from '../models/scope.ts';
import { keyRefSchema } from './config.ts';
import { durableEventSchema, toolCallSchema, turnStatusSchema, usageSchema } from './events.ts';
import { messageFields } from './ws.ts';

/**
 * The one table of REST routes. Validation, handler types, the typed client, `/openapi.json` and `/docs` all
 * derive from it; a route that is not a row here does not exist.
 */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Parameters as `{name}`. */
  readonly path: string;
  /** `open`: no credential; `optional`: more is told with one; `bearer`: JWT; `key`: JWT or API key. */
  readonly auth: 'open' | 'optional' | 'bearer' | 'key';
  readonly scope?: Scope;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** HTTP status → what the body is. Errors are everywhere the same and not listed. */
  readonly answers: { readonly [status: number]: z.ZodType };
  /** Also answers `text/event-stream`. */
  readonly stream?: true;
};

export const errorBodySchema = z.object({
  error: z.object({
    code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    details: z.unknown().optional(),
    retryable: z.boolean(),
    retryAfterMs: z.number().optional(),
    hint: z.string().optional(),
    traceId: z.string(),
  }),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

/** Options of every request that starts a turn. */
const turnOptions = {
  stream: z.boolean().optional().describe('answer as server-sent events: the frames of /ws'),
  wait: z.boolean().optional().describe('default true; false answers 202 as soon as the message is on the disk'),
  timeoutMs: z.int().min(1_000).max(3_600_000).optional().describe('default 300000'),
};

const turnAnswerSchema = z.object({
  status: turnStatusSchema,
  finalReply: z.string(),
  toolCalls: z.array(toolCallSchema),
  durationMs: z.int().nonnegative(),
  messageId: z.string(),
  sessionId: z.string(),
  agentId: z.string(),
  usage: usageSchema,
  traceId: z.string(),
  error: errorBodySchema.shape.error.optional(),
});
export type TurnAnswer = z.infer<typeof turnAnswerSchema>;
const turnAnswers = { 200: turnAnswerSchema, 202: turnAnswerSchema, 502: turnAnswerSchema, 504: turnAnswerSchema };

const page = { cursor: z.string().max(256).optional(), limit: z.coerce.number().int().min(1).max(200).optional() };

const sessionSchema = z.object({
  id: z.string().describe('the handle: good for every route here, no credential'),
  sessionId: z.string().optional().describe('the Session ID, for the token that made the session only'),
  name: z.string().nullable(),
  title: z.string(),
  agentId: z.string(),
  channel: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
  lastSeq: z.int(),
  running: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

const historyItemSchema = z.object({ seq: z.int(), messageId: z.string(), timestamp: z.number(), event: durableEventSchema });
export type HistoryItem = z.infer<typeof historyItemSchema>;

/** A turn that has not ended: what has been said so far, so that a client can go on from `offset`. */
const runningTurnSchema = z.object({ messageId: z.string(), agentId: z.string(), partial: z.string() });

const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['bearer', 'api-key', 'console']),
  scopes: z.array(scopeSchema),
  createdAt: z.number(),
  expiresAt: z.number(),
  lastUsedAt: z.number().nullable(),
  requests: z.int(),
  lastAddress: z.string().nullable(),
  revokedAt: z.number().nullable(),
});
export type Token = z.infer<typeof tokenSchema>;

const healthSchema = z.object({ model: z.string(), provider: z.string(), state: z.enum(['unknown', 'ok', 'failing']), detail: z.string() });

export const statusSchema = z.object({
  status: z.enum(['ok', 'stopping']),
  version: z.string(),
  uptimeMs: z.int(),
  agents: z.array(z.object({ id: z.string(), state: z.enum(['idle', 'running']) })),
  channels: z.array(z.object({ id: z.string(), state: z.string() })).optional(),
  queue: z.object({ running: z.int(), waiting: z.int() }).optional(),
  models: z.array(healthSchema).optional(),
  secrets: z.object({ backend: z.string(), warning: z.string().nullable() }).optional(),
  warnings: z.array(z.string()).optional(),
});

const agentSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['idle', 'running']),
  model: z.string(),
  tools: z.array(z.string()),
});

export const logLineSchema = z.object({
  time: z.number(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  source: z.string(),
  message: z.string(),
  traceId: z.string().optional(),
  fields: z.record(z.string(), z.unknown()),
});
export type LogLine = z.infer<typeof logLineSchema>;

const messageParams = z.object({ id: messageIdSchema });
const sessionParams = z.object({ id: sessionRefSchema });
const tokenParams = z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });

export const routes = {
  getStatus: {
    method: 'GET',
    path: '/api/v1/status',
    auth: 'optional',
    summary: 'whether the gateway and its agents are up',
    answers: { 200: statusSchema },
  },

  postMessage: {
    method: 'POST',
    path: '/api/v1/messages',
    auth: 'key',
    scope: 'messages',
    stream: true,
    summary: 'one message to an agent; waits for the end unless told otherwise',
    body: z.object({ ...messageFields, ...turnOptions }),
    answers: turnAnswers,
  },
  getMessage: {
    method: 'GET',
    path: '/api/v1/messages/{id}',
    auth: 'key',
    scope: 'messages',
    summary: 'an accepted message: how it stands or ended',
    params: messageParams,
    answers: { 200: turnAnswerSchema },
  },
  cancelMessage: {
    method: 'DELETE',
    path: '/api/v1/messages/{id}',
    auth: 'key',
    scope: 'messages',
    summary: 'cancel it',
    params: messageParams,
    answers: { 200: turnAnswerSchema },
  },

  listAgents: {
    method: 'GET',
    path: '/api/v1/agents',
    auth: 'bearer',
    scope: 'agents',
    summary: 'the agents',
    answers: { 200: z.object({ agents: z.array(agentSchema) }) },
  },
  invokeAgent: {
    method: 'POST',
    path: '/api/v1/agents/{agentId}/invoke',
    auth: 'bearer',
    scope: 'agents',
    stream: true,
    summary: 'straight to that agent, around all channels',
    params: z.object({ agentId: agentIdSchema }),
    body: z
      .object({
        ...messageFields,
        ...turnOptions,
        content: messageFields.content.optional(),
        input: messageFields.content.optional().describe('another name for content'),
        system: z.string().max(65_536).optional().describe("instead of the agent's own system prompt"),
        tools: z.array(z.string().max(128)).max(64).optional().describe('names of the tools to allow'),
      })
      .refine((body) => (body.content === undefined) !== (body.input === undefined), 'give either content or input'),
    answers: turnAnswers,
  },

  listSessions: {
    method: 'GET',
    path: '/api/v1/sessions',
    auth: 'bearer',
    scope: 'sessions',
    summary: 'sessions, newest first',
    query: z.object(page),
    answers: { 200: z.object({ sessions: z.array(sessionSchema), nextCursor: z.string().nullable() }) },
  },
  getSessionMessages: {
    method: 'GET',
    path: '/api/v1/sessions/{id}/messages',
    auth: 'bearer',
    scope: 'sessions',
    summary: 'what was said in a session: its durable events, oldest first; without a cursor the newest page',
    params: sessionParams,
    query: z.object(page),
    answers: {
      200: z.object({
        session: sessionSchema,
        items: z.array(historyItemSchema),
        running: z.array(runningTurnSchema),
        nextCursor: z.string().nullable().describe('leads to older items'),
      }),
    },
  },
  searchSessions: {
    method: 'GET',
    path: '/api/v1/search',
    auth: 'bearer',
    scope: 'sessions',
    summary: 'search everything said, newest first',
    query: z.object({ q: z.string().min(1).max(256), ...page }),
    answers: {
      200: z.object({
        hits: z.array(
          z.object({
            session: sessionSchema,
            seq: z.int(),
            messageId: z.string(),
            timestamp: z.number(),
            role: z.enum(['user', 'assistant']),
            snippet: z.string(),
          }),
        ),
        nextCursor: z.string().nullable(),
      }),
    },
  },

  listChannels: {
    method: 'GET',
    path: '/api/v1/channels',
    auth: 'bearer',
    scope: 'channels:read',
    summary: 'configured channels and their states',
    answers: {
      200: z.object({
        channels: z.array(
          z.object({ id: z.string(), name: z.string(), kind: z.enum(['built-in', 'plugin']), state: z.string(), detail: z.string() }),
        ),
      }),
    },
  },

  createTicket: {
    method: 'POST',
    path: '/api/v1/tickets',
    auth: 'bearer',
    summary: 'a ticket for /ws?ticket=: single use, 30 s',
    answers: { 201: z.object({ ticket: z.string(), expiresAt: z.number() }) },
  },
  signIn: {
    method: 'POST',
    path: '/api/v1/sign-in',
    auth: 'open',
    summary: 'trade the code of a one-time sign-in link for a console token',
    body: z.object({ code: z.string().max(128) }),
    answers: { 201: z.object({ token: z.string(), expiresAt: z.number() }) },
  },
  createSignInLink: {
    method: 'POST',
    path: '/api/v1/sign-in-links',
    auth: 'bearer',
    scope: 'admin',
    summary: 'a one-time link that signs a browser in to the console',
    answers: { 201: z.object({ url: z.string(), expiresAt: z.number() }) },
  },

  listTokens: {
    method: 'GET',
    path: '/api/v1/tokens',
    auth: 'bearer',
    scope: 'tokens',
    summary: 'tokens and API keys, newest first',
    answers: { 200: z.object({ tokens: z.array(tokenSchema) }) },
  },
  createToken: {
    method: 'POST',
    path: '/api/v1/tokens',
    auth: 'bearer',
    scope: 'tokens',
    summary: 'mint one; only scopes that the caller has',
    body: z.object({
      name: z.string().min(1).max(128),
      expiresIn: z.string().max(16).optional().describe('90s, 15m, 12h, 30d; default 30d, at most 365d'),
      scopes: z.array(scopeSchema).min(1).max(32).optional(),
      kind: z.enum(['bearer', 'api-key']).optional(),
    }),
    answers: { 201: z.object({ token: tokenSchema, secret: z.string().describe('the JWT or the key itself') }) },
  },
  showToken: {
    method: 'GET',
    path: '/api/v1/tokens/{id}/secret',
    auth: 'bearer',
    scope: 'tokens',
    summary: 'show one again',
    params: tokenParams,
    answers: { 200: z.object({ token: tokenSchema, secret: z.string() }) },
  },
  revokeToken: {
    method: 'DELETE',
    path: '/api/v1/tokens/{id}',
    auth: 'bearer',
    scope: 'tokens',
    summary: 'revoke one; acts at once',
    params: tokenParams,
    answers: { 200: z.object({ token: tokenSchema }) },
  },
  rotateKey: {
    method: 'POST',
    path: '/api/v1/tokens/rotate',
    auth: 'bearer',
    scope: 'admin',
    summary: 'replace the signing key and so end every token',
    answers: { 200: z.object({ ended: z.int() }) },
  },

  getLogs: {
    method: 'GET',
    path: '/api/v1/logs',
    auth: 'bearer',
    scope: 'logs',
    stream: true,
    summary: 'the newest log lines; as server-sent events it follows',
    query: z.object({
      level: z.enum(['debug', 'info', 'warn', 'error']).optional(),
      since: z.coerce.number().optional(),
      q: z.string().max(256).optional(),
      limit: z.coerce.number().int().min(1).max(5000).optional(),
    }),
    answers: { 200: z.object({ lines: z.array(logLineSchema) }) },
  },
  getConfig: {
    method: 'GET',
    path: '/api/v1/config',
    auth: 'bearer',
    scope: 'config',
    summary: 'the configuration in force, and what is wrong with the file',
    answers: { 200: z.object({ config: z.unknown(), path: z.string(), problems: z.array(z.string()) }) },
  },

  setModelKey: {
    method: 'POST',
    path: '/api/v1/model-keys',
    auth: 'bearer',
    scope: 'config',
    summary: "put a provider's API key into the keychain, under the name that a model's keyRef gives",
    body: z.object({ name: keyRefSchema, key: z.string().trim().min(8).max(4096) }),
    answers: { 200: z.object({ name: z.string(), backend: z.string() }) },
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
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteId = keyof Routes;

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;
type Input<T> = T extends z.ZodType ? z.input<T> : undefined;
type Field<R, K extends string> = R extends { readonly [key in K]: infer T } ? T : undefined;

/** What a handler gets, parsed. */
export type RouteInput<Id extends RouteId> = {
  readonly params: Output<Field<Routes[Id], 'params'>>;
  readonly query: Output<Field<Routes[Id], 'query'>>;
  readonly body: Output<Field<Routes[Id], 'body'>>;
};

/** What a client sends. */
export type RouteRequest<Id extends RouteId> = {
  readonly [K in 'params' | 'query' | 'body' as Field<Routes[Id], K> extends undefined ? never : K]: Input<Field<Routes[Id], K>>;
};

/** What comes back: a status and the body that belongs to it. */
export type RouteAnswer<Id extends RouteId> = {
  [S in keyof Routes[Id]['answers']]: { readonly status: S; readonly body: Input<Routes[Id]['answers'][S]> };
}[keyof Routes[Id]['answers']];
