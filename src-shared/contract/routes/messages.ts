import * as z from 'zod';
import { agentIdSchema, messageIdSchema } from '../../models/ids.ts';
import { approvalSchema, attachmentSchema, toolCallSchema, turnStatusSchema, usageSchema } from '../events.ts';
import { errorBodySchema, type Route } from '../route.ts';
import { messageFields } from '../ws.ts';

/** Options of every request that starts a turn. */
const turnOptions = {
  stream: z.boolean().optional().describe('answer as server-sent events: the frames of /ws'),
  wait: z.boolean().optional().describe('default true; false answers 202 as soon as the message is on the disk'),
  timeoutMs: z.int().min(1_000).max(3_600_000).optional().describe('default 300000'),
};

export const messageBodySchema = z.object({ ...messageFields, ...turnOptions });

export const turnAnswerSchema = z.object({
  /** `approval_required`: it goes on once somebody has answered. */
  status: z.enum([...turnStatusSchema.options, 'approval_required']),
  finalReply: z.string(),
  attachments: z.array(attachmentSchema).optional().describe('files that go with the reply: GET /api/v1/uploads/{id}'),
  output: z.unknown().optional().describe('with outputSchema: the reply, parsed'),
  toolCalls: z.array(toolCallSchema),
  durationMs: z.int().nonnegative(),
  messageId: z.string(),
  sessionId: z.string(),
  agentId: z.string(),
  usage: usageSchema,
  traceId: z.string(),
  /** With `approval_required`: what has to be answered, by POST /api/v1/approvals/{id}. */
  approvals: z.array(approvalSchema).optional(),
  error: errorBodySchema.shape.error.optional(),
});
export type TurnAnswer = z.infer<typeof turnAnswerSchema>;
const turnAnswers = { 200: turnAnswerSchema, 202: turnAnswerSchema, 429: turnAnswerSchema, 502: turnAnswerSchema, 504: turnAnswerSchema };

/** Kept with the turn, and sent to the model. */
export const outputSchemaSchema = z
  .record(z.string().max(256), z.unknown())
  .refine((schema) => JSON.stringify(schema).length <= 65_536, 'the schema is longer than 64 KiB');

const messageParams = z.object({ id: messageIdSchema });

const agentSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['idle', 'running']),
  model: z.string(),
  tools: z.array(z.string()),
});

/** `read` looks at files of the workspace, `write` changes them, `run` starts programs, `network` speaks to others, `talk` does none of it. */
export const toolEffectSchema = z.enum(['read', 'write', 'run', 'network', 'talk']);

const toolSchema = z.object({
  name: z.string(),
  description: z.string(),
  effect: toolEffectSchema,
  server: z.string().nullable().describe('the MCP server or plugin that brings it; null: built in'),
});
export type ToolView = z.infer<typeof toolSchema>;

/** Messages to agents, and the agents themselves. */
export const messageRoutes = {
  postMessage: {
    method: 'POST',
    path: '/api/v1/messages',
    auth: 'key',
    scope: 'messages',
    stream: true,
    summary: 'one message to an agent; waits for the end unless told otherwise',
    body: messageBodySchema,
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
  listTools: {
    method: 'GET',
    path: '/api/v1/tools',
    auth: 'bearer',
    scope: 'agents',
    summary: 'the tools that agents can be given now, and what each may touch',
    answers: { 200: z.object({ tools: z.array(toolSchema) }) },
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
        outputSchema: outputSchemaSchema.optional().describe('a JSON Schema; the answer is JSON that fits it, parsed in `output`'),
      })
      .refine((body) => (body.content === undefined) !== (body.input === undefined), 'give either content or input'),
    answers: turnAnswers,
  },
} as const satisfies Record<string, Route>;
