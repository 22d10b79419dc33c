import type { z } from 'zod';
import type { BodyLine, BodyReading } from './route.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { batchRoutes } from './routes/batches.ts';
import { channelRoutes } from './routes/channels.ts';
import { configRoutes } from './routes/config.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { messageRoutes } from './routes/messages.ts';
import { openaiRoutes } from './routes/openai.ts';
import { openaiResponseRoutes } from './routes/openai-responses.ts';
import { operationRoutes } from './routes/operations.ts';
import { pluginRoutes } from './routes/plugins.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { skillRoutes } from './routes/skills.ts';
import { taskRoutes } from './routes/tasks.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { undoRoutes } from './routes/undo.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { usageRoutes } from './routes/usage.ts';

/**
 * The one table of REST routes. Validation, handler types, the typed client, `/openapi.json` and `/docs` all
 * derive from it; a route that is not a row here does not exist.
 */
export const routes = {
  ...messageRoutes,
  ...batchRoutes,
  ...sessionRoutes,
  ...tokenRoutes,
  ...operationRoutes,
  ...usageRoutes,
  ...uploadRoutes,
  ...approvalRoutes,
  ...mcpRoutes,
  ...skillRoutes,
  ...taskRoutes,
  ...channelRoutes,
  ...pluginRoutes,
  ...configRoutes,
  ...undoRoutes,
  ...openaiRoutes,
  ...openaiResponseRoutes,
};

export { type BodyLine, type BodyReading, type ErrorBody, errorBodySchema, type Route } from './route.ts';
export type { Batch, BatchLine } from './routes/batches.ts';
export type { Channel, OutboxItem, Peer } from './routes/channels.ts';
export type { ToolView, TurnAnswer } from './routes/messages.ts';
export {
  type LogBatch,
  type LogLevel,
  type LogLine,
  logBatchSchema,
  logLevels,
  logLineSchema,
  type SecretBackend,
  type Stop,
  type StopTarget,
  statusSchema,
  stopSchema,
} from './routes/operations.ts';
export type { Plugin, PluginReview } from './routes/plugins.ts';
export type { HistoryItem, Session } from './routes/sessions.ts';
export type { Skill, SkillBinding } from './routes/skills.ts';
export type { HookPreset, Task, TaskSchedule } from './routes/tasks.ts';
export type { Token } from './routes/tokens.ts';
export type { BudgetMeter } from './routes/usage.ts';

export type Routes = typeof routes;
export type RouteId = keyof Routes;

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;
type Input<T> = T extends z.ZodType ? z.input<T> : undefined;
type Field<R, K extends string> = R extends { readonly [key in K]: infer T } ? T : undefined;

/** What a handler gets, parsed; JSON Lines and files as they come in. */
export type RouteInput<Id extends RouteId> = {
  readonly params: Output<Field<Routes[Id], 'params'>>;
  readonly query: Output<Field<Routes[Id], 'query'>>;
  readonly body: BodyOf<Routes[Id]>;
};

type Reads<R> = R extends { readonly reads: { readonly as: infer As } } ? As : 'json';

type BodyOf<R> = {
  json: Output<Field<R, 'body'>>;
  lines: AsyncIterable<BodyLine<Output<Field<R, 'body'>>>>;
  stream: AsyncIterable<Uint8Array>;
  bytes: Uint8Array;
}[Reads<R> & BodyReading['as']];

/** What a client sends; JSON Lines and files that are read as they come go beside it, as a stream. */
export type RouteRequest<Id extends RouteId> = {
  readonly [K in 'params' | 'query' | (Reads<Routes[Id]> extends 'json' ? 'body' : never) as Field<Routes[Id], K> extends undefined
    ? never
    : K]: Input<Field<Routes[Id], K>>;
} & (Reads<Routes[Id]> extends 'bytes' ? { readonly body: Uint8Array<ArrayBuffer> } : unknown);

/** What comes back: a status and the body that belongs to it. */
export type RouteAnswer<Id extends RouteId> = {
  [S in keyof Routes[Id]['answers']]: { readonly status: S; readonly body: Input<Routes[Id]['answers'][S]> };
}[keyof Routes[Id]['answers']];
