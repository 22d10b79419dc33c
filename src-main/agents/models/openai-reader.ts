import { AppError } from '../../../src-shared/app-error.ts';
import type { Progress } from './answer-body.ts';
import type { ModelEvent } from './model-client.ts';
import type { WireReader } from './model-stream.ts';
import { type Chunk, type ChunkDelta, chunkSchema } from './openai-chunk.ts';
import type { CallEcho } from './openai-quirks.ts';
import { createToolCallJoiner } from './tool-call-joiner.ts';
import { inBandError, parseAnswer, type Upstream } from './upstream-errors.ts';

type EndReason = Extract<ModelEvent, { type: 'end' }>['reason'];

/** Reads one chat-completions answer, streamed or whole. */
export const createOpenAiReader = (
  upstream: Upstream,
  newId: () => string,
  remember: (callId: string, echo: CallEcho) => void,
  emit: (event: ModelEvent) => void,
): WireReader => {
  const tools = createToolCallJoiner(newId);
  let finish: string | null = null;
  let refused = false;
  let reasoning = '';
  let usage: ModelEvent | null = null;

  const readDelta = (delta: ChunkDelta): void => {
    const thought = delta.reasoning_content || delta.reasoning;
    if (thought) emit({ type: 'reasoning', text: thought });
    if (delta.reasoning_content) reasoning += delta.reasoning_content;
    if (delta.content) emit({ type: 'text', text: delta.content });
    if (delta.refusal) {
      refused = true;
      emit({ type: 'text', text: delta.refusal });
    }
    for (const fragment of delta.tool_calls ?? []) tools.add(fragment);
  };

  const readChunk = (chunk: Chunk): void => {
    if (chunk.error !== undefined && chunk.error !== null) throw inBandError(upstream, chunk.error);
    const choice = chunk.choices?.[0];
    if (choice === undefined && chunk.choices === undefined && typeof chunk.message === 'string') throw inBandError(upstream, chunk);
    const delta = choice?.delta ?? choice?.message;
    if (delta) readDelta(delta);
    if (choice?.finish_reason) finish = choice.finish_reason;
    // Moonshot puts it into the choice; some servers repeat a running count in every chunk: the last one is right.
    const counted = chunk.usage ?? choice?.usage;
    if (counted) {
      usage = {
        type: 'usage',
        inputTokens: Math.round(counted.prompt_tokens ?? 0),
        outputTokens: Math.round(counted.completion_tokens ?? 0),
      };
    }
  };

  const progress = (): Progress => (finish === null ? 'more' : 'finished');

  return {
    event: (data) => {
      if (data === '[DONE]') {
        finish ??= 'stop';
        return 'done';
      }
      readChunk(parseAnswer(upstream, chunkSchema, data));
      if (finish === 'error') throw new AppError('MODEL_FAILED', { message: `${upstream.host} failed in the middle of its answer.` });
      return progress();
    },
    whole: (text) => {
      const chunk = parseAnswer(upstream, chunkSchema, text);
      readChunk(chunk);
      if (!chunk.choices?.[0]) throw new AppError('MODEL_GARBAGE', { message: `${upstream.host} answered with JSON that holds no reply.` });
    },
    close: () => {
      const calls = tools.calls();
      const end: ModelEvent = { type: 'end', reason: refused ? 'refusal' : endReason(finish, calls.length > 0) };
      for (const { id, extra } of calls) remember(id, { reasoning, extra });
      const called = calls.map(({ id, name, argumentsJson }): ModelEvent => ({ type: 'tool_call', call: { id, name, argumentsJson } }));
      return [...called, ...(usage ? [usage] : []), end];
    },
  };
};

/** Some servers say `stop` although they call tools. */
const endReason = (finish: string | null, hasCalls: boolean): EndReason => {
  if (finish === 'length') return 'length';
  if (finish === 'content_filter') return 'refusal';
  return hasCalls ? 'tool_calls' : 'stop';
};
