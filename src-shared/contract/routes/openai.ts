import * as z from 'zod';
import { errorBodySchema, type Route } from '../route.ts';
import { outputSchemaSchema } from './messages.ts';

/** What OpenAI, Anthropic and those like them take as the name of a function. */
export const toolNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'a name has up to 64 letters, digits, underscores and hyphens, and nothing else');

/**
 * The part of OpenAI's wire that clients use to chat. What is not named here is let through and has no effect,
 * as with other compatible servers; what would change the answer and cannot be honoured is refused.
 */
const textPart = z.object({ type: z.literal('text'), text: z.string() });
const refusalPart = z.object({ type: z.literal('refusal'), refusal: z.string() });
const imagePart = z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string() }) });
const name = z.string().max(128).optional();
const onlyText = 'text, or a list of parts of type "text"';
const words = z.union([z.string(), z.array(textPart)], onlyText);
const messageSchema = z.discriminatedUnion(
  'role',
  [
    z.object({ role: z.enum(['system', 'developer']), content: words.nullish(), name }),
    z.object({
      role: z.literal('user'),
      content: z
        .union(
          [z.string(), z.array(z.discriminatedUnion('type', [textPart, imagePart]))],
          'text, or a list of parts of type "text" and "image_url": this version reads no audio or files',
        )
        .nullish(),
      name,
    }),
    z.object({
      role: z.literal('assistant'),
      content: z.union([z.string(), z.array(z.union([textPart, refusalPart]))], onlyText).nullish(),
      tool_calls: z
        .array(
          z.object({
            id: z.string().min(1).max(256),
            type: z.literal('function', 'only calls of functions are known here'),
            function: z.object({ name: toolNameSchema, arguments: z.string() }),
          }),
        )
        .max(128)
        .nullish(),
      function_call: z.null('send tool_calls in its place').optional(),
      name,
    }),
    z.object({ role: z.literal('tool'), tool_call_id: z.string().min(1).max(256), content: words }),
  ],
  'system, developer, user, assistant or tool',
);

const toolSchema = z.object({
  type: z.literal('function', 'only tools of type "function" are known here; the agent brings others of its own'),
  function: z.object({
    name: toolNameSchema,
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
});

export const noLogprobs = 'this version knows no log probabilities';
/** How the answer is to be written. */
export const plainFormats = [z.object({ type: z.literal('text') }), z.object({ type: z.literal('json_object') })] as const;
export const formats = 'text, json_object or json_schema';
export type AnswerFormat =
  | { readonly type: 'text' | 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly schema?: Readonly<Record<string, unknown>> | undefined;
      readonly strict?: boolean | null | undefined;
    };

const noFunctions = 'send tools in their place';
const refused = {
  n: z.literal(1, 'this version gives one choice').nullish(),
  functions: z.array(z.unknown()).max(0, noFunctions).nullish(),
  function_call: z.null(noFunctions).optional(),
  logprobs: z.literal(false, noLogprobs).nullish(),
  top_logprobs: z.literal(0, noLogprobs).nullish(),
  web_search_options: z.null('this version searches no web of its own').optional(),
  moderation: z.null('this version moderates nothing').optional(),
  modalities: z.array(z.literal('text', 'this version answers in text')).nullish(),
  audio: z.null('this version answers in text').optional(),
};

export const chatRequestSchema = z.object({
  model: z.string().max(256).describe('openclaw, or openclaw/<agentId>'),
  messages: z.array(messageSchema).min(1).max(2_000),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  user: z.string().max(128).nullish().describe('names the session that the conversation is kept in; without it nothing is kept'),
  tools: z.array(toolSchema).max(128).nullish().describe('run by the client; the agent has its own beside them'),
  tool_choice: z
    .union(
      [z.enum(['none', 'auto', 'required']), z.object({ type: z.literal('function'), function: z.object({ name: toolNameSchema }) })],
      'none, auto, required, or one function',
    )
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: z
    .discriminatedUnion(
      'type',
      [
        ...plainFormats,
        z.object({
          type: z.literal('json_schema'),
          json_schema: z.object({ schema: outputSchemaSchema.optional(), strict: z.boolean().nullish() }),
        }),
      ],
      formats,
    )
    .nullish(),
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
      message: z.object({
        role: z.literal('assistant'),
        content: z.string().nullable(),
        refusal: z.null(),
        tool_calls: z
          .array(z.object({ id: z.string(), type: z.literal('function'), function: z.object({ name: z.string(), arguments: z.string() }) }))
          .optional(),
      }),
      logprobs: z.null(),
      finish_reason: z.enum(['stop', 'tool_calls']),
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
      delta: z.object({
        role: z.literal('assistant').optional(),
        content: z.string().optional(),
        tool_calls: z
          .array(
            z.object({
              index: z.int(),
              id: z.string().optional(),
              type: z.literal('function').optional(),
              function: z.object({ name: z.string().optional(), arguments: z.string() }),
            }),
          )
          .optional(),
      }),
      logprobs: z.null(),
      finish_reason: z.enum(['stop', 'tool_calls']).nullable(),
    }),
  ),
  usage: openaiUsage.nullish(),
});
export type ChatChunk = z.infer<typeof chatChunkSchema>;

const modelSchema = z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.literal('openclaw') });

const openaiCodes = ['model_not_found', 'invalid_api_key', 'rate_limit_exceeded', 'insufficient_quota', 'context_length_exceeded'] as const;

/**
 * What these routes answer when something is wrong: OpenAI's fields, and the gateway's own beside them. `code` is that
 * API's where it has one, which clients look for, else the gateway's.
 */
export const openaiErrorSchema = z.object({
  error: errorBodySchema.shape.error.extend({
    code: z.union([errorBodySchema.shape.error.shape.code, z.enum(openaiCodes)]),
    gatewayCode: errorBodySchema.shape.error.shape.code,
    type: z.enum(['invalid_request_error', 'authentication_error', 'permission_error', 'rate_limit_error', 'server_error']),
    param: z.string().nullable(),
  }),
});
export type OpenaiErrorBody = z.infer<typeof openaiErrorSchema>;

/** Pictures come inside the body. */
export const maxOpenaiBytes = 24 * 1024 * 1024;

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
    reads: { as: 'json', maxBytes: maxOpenaiBytes },
    answers: { 200: chatCompletionSchema },
  },
} as const satisfies Record<string, Route>;
