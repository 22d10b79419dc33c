import { AppError } from '../../src-shared/app-error.ts';
import type { ClientTools, ModelClient, ModelMessage, ModelRequest, ModelTool, ModelToolCall } from './models/model-client.ts';
import { createRepeatedCalls } from './repeated-calls.ts';

/** Calls that run side by side at most. */
const besideMost = 4;

export type LoopInput = {
  readonly model: ModelClient;
  readonly system: string;
  readonly history: readonly ModelMessage[];
  /** Asked for each step: a skill that was taken up brings its own. */
  readonly tools: () => readonly ModelTool[];
  /** Tools that are not ours to run: a step that calls one is the last, and the calls are the result. */
  readonly handedOver?: ClientTools | undefined;
  /** What the answer must fit, where it is to be JSON. */
  readonly outputSchema?: ModelRequest['outputSchema'];
  readonly maxSteps: number;
  readonly traceId: string;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
  readonly onState: (state: 'thinking' | 'running_tool') => void;
  /** Whether calls of this tool may run beside each other. */
  readonly isParallel: (name: string) => boolean;
  /** What a tool wants to be the end of the reply: then the turn is over. */
  readonly lastWords: () => string | null;
  /** Files go with the reply, which may then be without words. */
  readonly hasFiles: () => boolean;
  /** Runs one call and gives what the model is told. */
  readonly runTool: (call: ModelToolCall) => Promise<string>;
};

export type LoopResult = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** What was said last: in answer to the last results of tools. */
  readonly lastText: string;
  /** What the client is asked to run. */
  readonly clientCalls: readonly ModelToolCall[];
  /** The calls that were run here, and their results, without what was said: that is in the reply. */
  readonly ownSteps: readonly ModelMessage[];
  readonly error: AppError | null;
};

/**
 * The agent loop: ask the model, stream what it says, run the tools it calls, ask again – until it calls none.
 * Pure but for what is handed in. Never throws for what a model or tool does; an abort ends it quietly.
 */
export const runAgentLoop = async (input: LoopInput): Promise<LoopResult> => {
  const messages: ModelMessage[] = [...input.history];
  const ownSteps: ModelMessage[] = [];
  let inputTokens = 0;
  let outputTokens = 0;
  let text = '';
  const result = (error: AppError | null, clientCalls: readonly ModelToolCall[] = []): LoopResult => ({
    ...{ inputTokens, outputTokens, clientCalls, ownSteps, error },
    lastText: text,
  });
  const theirs = new Set(input.handedOver?.tools.map(({ name }) => name));
  let saidBefore = false;
  const repeated = createRepeatedCalls();

  for (let step = 0; step < input.maxSteps; step += 1) {
    text = '';
    const calls: ModelToolCall[] = [];
    for await (const event of input.model.stream(
      {
        ...{ system: input.system, messages, outputSchema: input.outputSchema, traceId: input.traceId },
        ...input.handedOver,
        tools: [...input.tools(), ...(input.handedOver?.tools ?? [])],
      },
      input.signal,
    )) {
      if (input.signal.aborted) return result(null);
      switch (event.type) {
        case 'text':
          // What is said before and after a tool call are two paragraphs of one reply.
          if (saidBefore && text === '') input.onText('\n\n');
          text += event.text;
          input.onText(event.text);
          break;
        case 'tool_call':
          calls.push(event.call);
          break;
        case 'usage':
          inputTokens += event.inputTokens;
          outputTokens += event.outputTokens;
          break;
        case 'error':
          return result(event.error);
        case 'end':
          if (event.reason === 'refusal' && text === '') return result(refused());
          // Cut by the model's own limit: seen as such, not taken for the whole reply.
          if (event.reason === 'length' || event.reason === 'refusal') input.onText(' […]');
          break;
        case 'reasoning':
          break;
      }
    }
    if (input.signal.aborted) return result(null);
    if (calls.length === 0) return result(text === '' && !saidBefore && !input.hasFiles() ? emptyAnswer() : null);
    saidBefore ||= text !== '';
    messages.push({ role: 'assistant', content: text, toolCalls: calls });
    input.onState('running_tool');
    const handedOver = calls.filter(({ name }) => theirs.has(name)).slice(0, input.handedOver?.oneToolAtATime ? 1 : undefined);
    const own = calls.filter(({ name }) => !theirs.has(name));
    if (own.length > 0) ownSteps.push({ role: 'assistant', content: '', toolCalls: own });
    for (const group of sideBySide(own, input.isParallel)) {
      const contents = await allOf(
        group.map(async (call) => {
          const refusal = repeated.refusal(call);
          const content = refusal ?? (await input.runTool(call));
          if (refusal === null) repeated.note(call, content);
          return content;
        }),
      );
      for (const [index, { id, name }] of group.entries()) {
        const told: ModelMessage = { role: 'tool', toolCallId: id, name, content: contents[index] ?? '' };
        messages.push(told);
        ownSteps.push(told);
      }
      if (input.signal.aborted) return result(null);
    }
    const lastWords = input.lastWords();
    if (lastWords !== null) {
      input.onText(saidBefore ? `\n\n${lastWords}` : lastWords);
      text = lastWords;
      return result(null);
    }
    if (handedOver.length > 0) return result(null, handedOver);
    if (repeated.insists()) return result(goesInCircles());
    input.onState('thinking');
  }
  return result(
    new AppError('STEPS_EXHAUSTED', {
      message: `The agent made ${input.maxSteps} model calls in this turn and was stopped.`,
      hint: 'Raise agents.<id>.maxSteps in config.json, or ask for less at once.',
    }),
  );
};

/** The calls of a step in their order, those that may run together with their neighbours in groups. */
const sideBySide = (calls: readonly ModelToolCall[], isParallel: (name: string) => boolean): ModelToolCall[][] => {
  const groups: ModelToolCall[][] = [];
  for (const call of calls) {
    const last = groups.at(-1);
    if (last && last.length < besideMost && isParallel(call.name) && last.every(({ name }) => isParallel(name))) last.push(call);
    else groups.push([call]);
  }
  return groups;
};

/** Fails only when none of them is at work any more. */
const allOf = async <T>(working: readonly Promise<T>[]): Promise<T[]> => {
  await Promise.allSettled(working);
  return Promise.all(working);
};

const emptyAnswer = (): AppError =>
  new AppError('MODEL_EMPTY', {
    hint: 'Ask again. If it stays silent, the model may be too small for these instructions, or its context full.',
  });

const goesInCircles = (): AppError => new AppError('AGENT_LOOPS', { hint: 'Say what to do otherwise, or choose another model.' });

const refused = (): AppError =>
  new AppError('MODEL_REJECTED', {
    message: "The model provider's filter refused to answer.",
    hint: 'Say it in other words, or choose another model.',
  });
