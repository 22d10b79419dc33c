import * as z from 'zod';
import type { Route } from '../route.ts';

/**
 * The part of OpenAI's wire that clients use to chat. What is not named here is let through and has no effect,
 * as with other compatible servers; what would change the answer and cannot be honoured is refused.
 */
const textPart = z.object({ type: z.literal('text'), text: z.string() });
const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(textPart)]).nullish(),
  name: z.string().max(128).optional(),
});

export const chatRequestSchema = z.object({
  model: z.string().max(256).describe('openclaw, or openclaw/<agentId>'),
  messages: z.array(messageSchema).min(1).max(2_000),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  user: z.string().max(128).nullish().describe('names the session that the conversation is kept in; without it nothing is kept'),
  n: z.literal(1).nullish(),
});

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

const modelSchema = z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.literal('openclaw') });

/** The door for clients that speak OpenAI's API. Errors carry `type` and `param` as well, as those clients expect. */
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
