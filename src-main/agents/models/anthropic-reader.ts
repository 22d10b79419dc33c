import * as z from 'zod';
import { AppError } from '../../../src-shared/app-error.ts';
import type { ModelEvent, ModelToolCall } from './model-client.ts';
import type { WireReader } from './model-stream.ts';
import { inBandError, parseAnswer, type Upstream } from './upstream-errors.ts';

type EndReason = Extract<ModelEvent, { type: 'end' }>['reason'];
type OpenCall = { readonly id: string; readonly name: string; readonly input: unknown; pieces: string };

/** What is read of each event; all others (`ping`, `signature_delta`, `content_block_stop`, ones yet to come) pass by. */
const count = z.number().nonnegative().nullish();
const usageSchema = z.object({
  input_tokens: count,
  cache_creation_input_tokens: count,
  cache_read_input_tokens: count,
  output_tokens: count,
});
const blockSchema = z.object({
  type: z.string(),
  text: z.string().nullish(),
  thinking: z.string().nullish(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  input: z.unknown().optional(),
});
type Block = z.output<typeof blockSchema>;
const messageSchema = z.object({
  content: z.array(blockSchema).nullish(),
  stop_reason: z.string().nullish(),
  usage: usageSchema.nullish(),
});
const eventSchema = z.object({
  type: z.string(),
  index: z.number().nullish(),
  message: z.union([messageSchema, z.string()]).nullish(),
  content_block: blockSchema.nullish(),
  delta: z
    .object({
      type: z.string().nullish(),
      text: z.string().nullish(),
      thinking: z.string().nullish(),
      partial_json: z.string().nullish(),
      stop_reason: z.string().nullish(),
    })
    .nullish(),
  usage: usageSchema.nullish(),
  error: z.unknown().optional(),
});
type AnthropicEvent = z.output<typeof eventSchema>;

/** Reads one Messages answer, streamed or whole. */
export const createAnthropicReader = (upstream: Upstream, emit: (event: ModelEvent) => void): WireReader => {
  const calls = new Map<number, OpenCall>();
  let stopReason: string | null = null;
  let input = 0;
  let output = 0;
  let counted = false;

  const readUsage = (usage: z.output<typeof usageSchema> | null | undefined): void => {
    if (!usage) return;
    counted = true;
    const cached = (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
    // Both are running totals; the last message_delta repeats the input only in newer versions.
    if (usage.input_tokens !== undefined && usage.input_tokens !== null) input = usage.input_tokens + cached;
    if (usage.output_tokens !== undefined && usage.output_tokens !== null) output = usage.output_tokens;
  };

  const say = (text: string | null | undefined): void => {
    if (text) emit({ type: 'text', text });
  };
  const think = (text: string | null | undefined): void => {
    if (text) emit({ type: 'reasoning', text });
  };

  const openBlock = (index: number, block: Block): void => {
    if (block.type === 'tool_use') calls.set(index, { id: block.id ?? '', name: block.name ?? '', input: block.input, pieces: '' });
    say(block.text);
    think(block.thinking);
  };

  const readDelta = ({ index, delta }: AnthropicEvent): void => {
    say(delta?.text);
    think(delta?.thinking);
    const call = calls.get(index ?? 0);
    if (call) call.pieces += delta?.partial_json ?? '';
  };

  const readMessage = (message: z.output<typeof messageSchema>): void => {
    message.content?.forEach((block, index) => {
      openBlock(index, block);
    });
    stopReason = message.stop_reason ?? stopReason;
    readUsage(message.usage);
  };

  const read = (event: AnthropicEvent): void => {
    switch (event.type) {
      case 'message_start':
        if (typeof event.message === 'object' && event.message !== null) readMessage(event.message);
        return;
      case 'content_block_start':
        if (event.content_block) openBlock(event.index ?? 0, event.content_block);
        return;
      case 'content_block_delta':
        readDelta(event);
        return;
      case 'message_delta':
        stopReason = event.delta?.stop_reason ?? stopReason;
        readUsage(event.usage);
        return;
      case 'error':
        throw inBandError(upstream, event.error);
    }
  };

  return {
    event: (data) => {
      const event = parseAnswer(upstream, eventSchema, data);
      read(event);
      if (event.type === 'message_stop') return 'done';
      return stopReason === null ? 'more' : 'finished';
    },
    whole: (text) => {
      const message = parseAnswer(upstream, messageSchema, text);
      if (!message.content) throw new AppError('MODEL_GARBAGE', { message: `${upstream.host} answered with JSON that holds no reply.` });
      readMessage(message);
    },
    close: () => {
      const toolCalls = [...calls.values()].map(toToolCall);
      return [
        ...toolCalls.map((call): ModelEvent => ({ type: 'tool_call', call })),
        ...(counted ? [{ type: 'usage', inputTokens: Math.round(input), outputTokens: Math.round(output) } as const] : []),
        { type: 'end', reason: endReason(stopReason, toolCalls.length > 0) },
      ];
    },
  };
};

/** A streamed call opens with an empty `input` and brings its JSON in pieces; a whole one has it at once. */
const toToolCall = ({ id, name, input, pieces }: OpenCall): ModelToolCall => ({
  id,
  name,
  argumentsJson: pieces.trim() || JSON.stringify(input ?? {}),
});

const endReason = (stopReason: string | null, hasCalls: boolean): EndReason => {
  if (stopReason === 'max_tokens' || stopReason === 'model_context_window_exceeded') return 'length';
  if (stopReason === 'refusal') return 'refusal';
  return hasCalls ? 'tool_calls' : 'stop';
};
