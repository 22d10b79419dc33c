import * as z from 'zod';
import type { Route } from '../route.ts';
import { outputSchemaSchema } from './messages.ts';
import { formats, maxOpenaiBytes, noLogprobs, openaiErrorSchema, plainFormats, toolNameSchema } from './openai.ts';

/**
 * The part of OpenAI's Responses API that has to do with text. As with chat completions: what is not named here has no
 * effect, and what would change the answer and cannot be honoured is refused.
 */
const partSchemaIn = z.union([
  z.object({ type: z.enum(['input_text', 'output_text']), text: z.string() }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
  z.object({ type: z.literal('input_image'), image_url: z.string() }),
]);
const callId = z.string().min(1).max(256);
const itemSchema = z.union([
  z.object({
    type: z.literal('message').nullish(),
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content: z.union([z.string(), z.array(partSchemaIn)]),
  }),
  z.object({ type: z.literal('function_call'), call_id: callId, name: toolNameSchema, arguments: z.string() }),
  z.object({
    type: z.literal('function_call_output'),
    call_id: callId,
    output: z.union([z.string(), z.array(z.object({ type: z.literal('input_text'), text: z.string() }))]),
  }),
]);
const toolSchema = z.object({
  type: z.literal('function', 'only tools of type "function" are known here; the agent brings others of its own'),
  name: toolNameSchema,
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish(),
});
const formatSchema = z.discriminatedUnion(
  'type',
  [
    ...plainFormats,
    z.object({
      type: z.literal('json_schema'),
      name: z.string().max(128).optional(),
      description: z.string().optional(),
      schema: outputSchemaSchema,
      strict: z.boolean().nullish(),
    }),
  ],
  formats,
);
const choiceSchema = z.union(
  [z.enum(['none', 'auto', 'required']), z.object({ type: z.literal('function'), name: toolNameSchema })],
  'none, auto, required, or one function',
);

const nothingKept = 'this version finds what was said before by its session: set user or X-OpenClaw-Session, or send it along in input';
const refused = {
  previous_response_id: z.null(nothingKept).optional(),
  conversation: z.null(nothingKept).optional(),
  prompt: z.null('this version keeps no prompts: send instructions and input').optional(),
  background: z.literal(false, 'this version answers while the client waits; POST /api/v1/messages can do without').nullish(),
  top_logprobs: z.literal(0, noLogprobs).nullish(),
  include: z.array(z.literal('reasoning.encrypted_content', 'this version has nothing of that to include')).nullish(),
  max_tool_calls: z.null('this version counts by agents.<id>.maxSteps').optional(),
  context_management: z.null('this version sums up what is too long by itself').optional(),
  moderation: z.null('this version moderates nothing').optional(),
};

export const responseRequestSchema = z.object({
  model: z.string().max(256).describe('openclaw, or openclaw/<agentId>'),
  input: z.union(
    [z.string(), z.array(itemSchema).min(1).max(2_000)],
    'a text, or a list of messages (of parts of type "input_text", "output_text" and "input_image" with an image_url), function_call and function_call_output: this version reads no files',
  ),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  user: z.string().max(128).nullish().describe('names the session that the conversation is kept in; without it nothing is kept'),
  tools: z.array(toolSchema).max(128).nullish().describe('run by the client; the agent has its own beside them'),
  tool_choice: choiceSchema.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z.object({ format: formatSchema.nullish() }).nullish(),
  ...refused,
});
export type ResponseRequest = z.output<typeof responseRequestSchema>;

const partSchema = z.object({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.never()),
  logprobs: z.array(z.never()),
});
const itemStatus = z.enum(['in_progress', 'completed', 'incomplete']);
const outputItemSchema = z.discriminatedUnion('type', [
  z.object({
    id: z.string(),
    type: z.literal('message'),
    role: z.literal('assistant'),
    status: itemStatus,
    content: z.array(partSchema),
  }),
  z.object({
    id: z.string(),
    type: z.literal('function_call'),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
    status: itemStatus,
  }),
]);
export type ResponseItem = z.infer<typeof outputItemSchema>;

export const responseSchema = z.object({
  id: z.string(),
  object: z.literal('response'),
  created_at: z.int(),
  status: z.enum(['in_progress', 'completed', 'failed']),
  model: z.string(),
  instructions: z.string().nullable(),
  output: z.array(outputItemSchema),
  /** Only in a stream, in `response.failed`. */
  error: openaiErrorSchema.shape.error.nullable(),
  incomplete_details: z.null(),
  metadata: z.object({}),
  parallel_tool_calls: z.boolean(),
  temperature: z.null(),
  top_p: z.null(),
  tool_choice: choiceSchema,
  tools: z.array(toolSchema.required()),
  previous_response_id: z.null(),
  text: z.object({ format: formatSchema }),
  usage: z
    .object({
      input_tokens: z.int(),
      input_tokens_details: z.object({ cached_tokens: z.int(), cache_write_tokens: z.int() }),
      output_tokens: z.int(),
      output_tokens_details: z.object({ reasoning_tokens: z.int() }),
      total_tokens: z.int(),
    })
    .nullable(),
});
export type ResponseObject = z.infer<typeof responseSchema>;

type At = { readonly item_id: string; readonly output_index: number; readonly content_index: number };
type Part = z.infer<typeof partSchema>;
type NoLogprobs = { readonly logprobs: readonly [] };

/** What a stream says, in this order; on the wire each has a `sequence_number`. */
export type ResponseEvent =
  | { readonly type: 'response.created' | 'response.in_progress'; readonly response: ResponseObject }
  | { readonly type: 'response.output_item.added'; readonly output_index: number; readonly item: ResponseItem }
  | ({ readonly type: 'response.content_part.added'; readonly part: Part } & At)
  | ({ readonly type: 'response.output_text.delta'; readonly delta: string } & At & NoLogprobs)
  | ({ readonly type: 'response.output_text.done'; readonly text: string } & At & NoLogprobs)
  | ({ readonly type: 'response.content_part.done'; readonly part: Part } & At)
  | {
      readonly type: 'response.function_call_arguments.delta';
      readonly item_id: string;
      readonly output_index: number;
      readonly delta: string;
    }
  | {
      readonly type: 'response.function_call_arguments.done';
      readonly item_id: string;
      readonly output_index: number;
      readonly name: string;
      readonly arguments: string;
    }
  | { readonly type: 'response.output_item.done'; readonly output_index: number; readonly item: ResponseItem }
  | { readonly type: 'response.completed' | 'response.failed'; readonly response: ResponseObject }
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly param: string | null };

export const openaiResponseRoutes = {
  createResponse: {
    method: 'POST',
    path: '/v1/responses',
    auth: 'key',
    scope: 'messages',
    summary: 'OpenAI-compatible responses; kept in a session only with user or X-OpenClaw-Session; hanging up cancels',
    stream: true,
    body: responseRequestSchema,
    reads: { as: 'json', maxBytes: maxOpenaiBytes },
    answers: { 200: responseSchema },
  },
} as const satisfies Record<string, Route>;
