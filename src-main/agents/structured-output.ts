import { AppError } from '../../src-shared/app-error.ts';
import type { LoopResult } from './agent-loop.ts';
import type { ModelMessage } from './models/model-client.ts';
import { readJsonSchema } from './tools/json-schema.ts';
import type { JsonSchemaParameters } from './tools/tool.ts';
import { uncheckedKeyword } from './tools/unchecked-keywords.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Told to every model: not every server takes a schema, and none is the worse for knowing. */
export const outputInstruction = (schema: Schema): string =>
  `Answer with one JSON value and nothing else: no words around it, no code fence. It must fit this JSON Schema:\n${JSON.stringify(schema)}`;

/**
 * @param at where it stands in the request
 * @param strict whether all of it has to be checked: that is a promise, and one that nobody looks after is none
 * @throws AppError BAD_REQUEST in words, where the schema is none, or cannot be checked though it is strict
 */
export const requireOutputSchema = async (schema: Schema, at = 'outputSchema', strict = false): Promise<void> => {
  const refused = (message: string): AppError =>
    new AppError('BAD_REQUEST', { message: `body.${at}: ${message}`, details: { issues: [{ at: `body.${at}`, message }] } });
  const unchecked = strict ? uncheckedKeyword(schema) : null;
  if (unchecked !== null)
    throw refused(`this version cannot check ${unchecked}; leave it out, or send "strict": false and check it yourself`);
  try {
    await readJsonSchema(schema);
  } catch (thrown) {
    throw refused(thrown instanceof Error ? thrown.message : 'not a JSON Schema');
  }
};

type AskOptions = {
  readonly schema: Schema;
  readonly history: readonly ModelMessage[];
  readonly signal: AbortSignal;
  /** Runs the agent; what it says is in the result only. */
  readonly ask: (history: readonly ModelMessage[]) => Promise<LoopResult>;
  /** Told once: the JSON, or what came in its place. */
  readonly onText: (text: string) => void;
};

/** Asks for an answer that fits the schema; once more where it does not, with what is wrong with it. Then it is `MODEL_GARBAGE`. */
export const askForOutput = async ({ schema, history, signal, ask, onText }: AskOptions): Promise<LoopResult> => {
  const { validate } = await readJsonSchema(schema, 'answer');
  const first = await ask(history);
  if (first.error || signal.aborted || first.clientCalls.length > 0) return told(first, onText);
  const problem = problemOf(first.lastText, validate);
  if (problem === null) return told(first, onText);
  const again = await ask([
    ...history,
    { role: 'assistant', content: first.lastText, toolCalls: [] },
    { role: 'user', content: `That does not fit the schema: ${problem}. Answer again, with the JSON value only.` },
  ]);
  const both = {
    ...again,
    inputTokens: first.inputTokens + again.inputTokens,
    outputTokens: first.outputTokens + again.outputTokens,
  };
  if (both.error || signal.aborted || both.clientCalls.length > 0) return told(both, onText);
  const stillWrong = problemOf(both.lastText, validate);
  if (stillWrong === null) return told(both, onText);
  return told({ ...both, error: garbage(stillWrong) }, onText);
};

const told = (result: LoopResult, onText: (text: string) => void): LoopResult => {
  onText(bare(result.lastText));
  return result;
};

const problemOf = (text: string, validate: JsonSchemaParameters['validate']): string | null => {
  try {
    return validate(JSON.parse(bare(text)));
  } catch {
    return 'it is not JSON';
  }
};

/** Without the fence that models like to put around it. */
const bare = (text: string): string => /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1]?.trim() ?? text.trim();

const garbage = (problem: string): AppError =>
  new AppError('MODEL_GARBAGE', {
    message: `The model's answer does not fit the schema: ${problem.slice(0, 500)}.`,
    hint: 'Ask again, use a simpler schema, or a model that knows structured output.',
  });
