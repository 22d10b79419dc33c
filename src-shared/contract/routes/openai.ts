import * as z from 'zod';
import { errorBodySchema, type Route } from '../route.ts';

/**
 * The part of OpenAI's wire that clients use to chat. What is not named here is let through and has no effect,
 * as with other compatible servers; what would change the answer and cannot be honoured is refused.
 */
const textPart = z.object({ type: z.literal('text'), text: z.string() });
const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant'], 'system, developer, user or assistant: this version has no tool messages'),
  content: z
    .union([z.string(), z.array(textPart)], 'text, or a list of parts of type "text": this version reads no images, audio or files')
    .nullish(),
  name: z.string().max(128).optional(),
});

const noTools = "this version runs the agent's own tools and none of the client's: leave it out";
const refused = {
  n: z.literal(1, 'this version gives one choice').nullish(),
  tools: z.array(z.unknown()).max(0, noTools).nullish(),
  functions: z.array(z.unknown()).max(0, noTools).nullish(),
  response_format: z.object({ type: z.literal('text', 'this version answers in text; ask for JSON in words') }).nullish(),
  logprobs: z.literal(false, 'this version knows no log probabilities').nullish(),
  modalities: z.array(z.literal('text', 'this version answers in text')).nullish(),
  audio: z.null('this version answers in text').optional(),
};

export const chatRequestSchema = z.object({
  model: z.string().max(256).describe('openclaw, or openclaw/<agentId>'),
  messages: z.array(messageSchema).min(1).max(2_000),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  user: z.string().max(128).nullish().describe('names the session that the conversation is kept in; without it nothing is kept'),
  ...refused,
});
export type ChatRequest = z.output<typeof chatRequestSchema>;

const openaiUsage = z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() });

export const chatCompletionSchema = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.int(),
      message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
      logprobs: z.null(),
      finish_reason: z.literal('stop'),
    }),
  ),
  usage: openaiUsage,
});
export type ChatCompletion = z.infer<typeof chatCompletionSchema>;

export const chatChunkSchema = z.object({
  id: z.string(),
  object: z.literal('chat.completion.chunk'),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.int(),
      delta: z.object({ role: z.literal('assistant').optional(), content: z.string().optional() }),
      logprobs: z.null(),
      finish_reason: z.literal('stop').nullable(),
    }),
  ),
  usage: openaiUsage.nullish(),
});
export type ChatChunk = z.infer<typeof chatChunkSchema>;

const modelSchema = z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.literal('openclaw') });
export type OpenaiModel = z.infer<typeof modelSchema>;

/**
 * What these routes answer when something is wrong: OpenAI's fields, and the gateway's own beside them. `code` is the
 * gateway's too, but for `model_not_found`, which clients look for.
 */
export const openaiErrorSchema = z.object({
  error: errorBodySchema.shape.error.extend({
    code: z.union([errorBodySchema.shape.error.shape.code, z.literal('model_not_found')]),
    type: z.enum(['invalid_request_error', 'authentication_error', 'permission_error', 'rate_limit_error', 'server_error']),
    param: z.string().nullable(),
  }),
});
export type OpenaiErrorBody = z.infer<typeof openaiErrorSchema>;

/** The door for clients that speak OpenAI's API. */
export const openaiRoutes = {
  listModels: {
    method: 'GET',
    path: '/v1/models',
    auth: 'key',
    scope: 'messages',
    summary: 'OpenAI-compatible: the agents, as models',
    answers: { 200: z.object({ object: z.literal('list'), data: z.array(modelSchema) }) },
  },
  getModel: {
    method: 'GET',
    path: '/v1/models/{id}',
    auth: 'key',
    scope: 'messages',
    summary: 'OpenAI-compatible: one of them',
    slashes: true,
    params: z.object({ id: z.string().max(256) }),
    answers: { 200: modelSchema },
  },
  createChatCompletion: {
    method: 'POST',
    path: '/v1/chat/completions',
    auth: 'key',
    scope: 'messages',
    summary: 'OpenAI-compatible chat; kept in a session only with user or X-OpenClaw-Session; hanging up cancels',
    stream: true,
    body: chatRequestSchema,
    answers: { 200: chatCompletionSchema },
  },
} as const satisfies Record<string, Route>;
