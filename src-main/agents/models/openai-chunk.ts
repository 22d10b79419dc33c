import * as z from 'zod';

/**
 * What is read of a chat-completions chunk, or of the whole answer of a server that does not stream (`message`
 * in place of `delta`). Everything may be missing somewhere; what is not named here is dropped.
 * Costs 1 µs per chunk over JSON.parse alone.
 */
const text = z.string().nullish();
const count = z.number().nonnegative().nullish();

const toolFragmentSchema = z.object({
  index: z.number().nullish(),
  id: text,
  /** Gemini's signature of the call; goes back as it came. */
  extra_content: z.unknown().optional(),
  /** JSON text in pieces; some servers send the object itself. */
  function: z.object({ name: text, arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish() }).nullish(),
});
export type ToolFragment = z.output<typeof toolFragmentSchema>;

const deltaSchema = z.object({
  content: text,
  reasoning_content: text,
  reasoning: text,
  refusal: text,
  tool_calls: z.array(toolFragmentSchema).nullish(),
});
export type ChunkDelta = z.output<typeof deltaSchema>;

const usageSchema = z.object({ prompt_tokens: count, completion_tokens: count });

export const chunkSchema = z.object({
  choices: z
    .array(z.object({ delta: deltaSchema.nullish(), message: deltaSchema.nullish(), finish_reason: text, usage: usageSchema.nullish() }))
    .nullish(),
  usage: usageSchema.nullish(),
  error: z.unknown().optional(),
  /** Some proxies tell errors at the top level. */
  message: z.unknown().optional(),
});
export type Chunk = z.output<typeof chunkSchema>;
