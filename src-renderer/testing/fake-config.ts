import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { type Config, configSchema, type ModelConfig } from '../../src-shared/contract/config.ts';
import type { FakeAnswer, FakeGateway, FakeRequest } from './fake-gateway.ts';

type Problem = { readonly line: number; readonly column: number; readonly message: string };

/** The configuration routes of a fake gateway: plain JSON, the last good one in force, and what a test wants otherwise. */
export type FakeConfig = {
  text: string;
  pin: string | null;
  discovered: unknown;
  restartFor: string[];
  /** What is wrong with a text. */
  check: (text: string) => readonly Problem[];
  /** What a test call comes to. */
  test: (model: ModelConfig, key: string | undefined) => unknown;
  readonly keys: Map<string, string>;
};

export const discoveredNothing = {
  servers: [],
  keys: [],
  providers: [
    { provider: 'openai', name: 'OpenAI', baseUrl: 'https://api.openai.com/v1', model: 'gpt-4.1-mini', needsKey: true },
    { provider: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', model: null, needsKey: false },
    { provider: 'openai-compatible', name: 'OpenAI-compatible', baseUrl: null, model: null, needsKey: false },
  ],
};

export const serveFakeConfig = (gateway: FakeGateway, text: string): FakeConfig => {
  let good = configSchema.parse({});
  const state: FakeConfig = {
    text,
    pin: null,
    discovered: discoveredNothing,
    restartFor: [],
    check: problemsOf,
    test: () => ({ ok: true, model: 'm at here', reply: 'Hello!', durationMs: 1_200 }),
    keys: new Map(),
  };
  const inForce = (): Config => {
    if (state.check(state.text).length === 0) good = configSchema.parse(JSON.parse(state.text));
    return good;
  };
  const needPin = (given: string | undefined): void => {
    if (state.pin !== null && given !== state.pin) throw refusal(403, given === undefined ? 'PIN_REQUIRED' : 'PIN_WRONG');
  };
  const put = (next: string, pin: string | undefined): unknown => {
    const [problem] = state.check(next);
    if (problem) throw refusal(400, 'CONFIG_INVALID', problem.message);
    if (!isDeepStrictEqual(configSchema.parse(JSON.parse(next)).security, inForce().security)) needPin(pin);
    state.text = next;
    return { text: next, config: inForce(), restartFor: state.restartFor };
  };

  const answers: Readonly<Record<string, (body: never, pin: string | undefined) => unknown>> = {
    'GET /api/v1/config': () => ({
      config: inForce(),
      path: '~/openclaw/config.json',
      text: state.text,
      problems: state.check(state.text).map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`),
      restartFor: state.restartFor,
    }),
    'PATCH /api/v1/config': (body: unknown, pin) => put(JSON.stringify(merged(JSON.parse(state.text), body), null, 2), pin),
    'POST /api/v1/config/text': (body: { text: string; was: string }, pin) => {
      if (body.was !== state.text) throw refusal(409, 'CONFIG_CHANGED');
      return put(body.text, pin);
    },
    'POST /api/v1/config/check': (body: { text: string }) => ({ problems: state.check(body.text) }),
    'GET /api/v1/config/schema': () => z.toJSONSchema(configSchema, { io: 'input' }),
    'GET /api/v1/models/discovery': () => state.discovered,
    'POST /api/v1/models/test': (body: { model: ModelConfig; key?: string }) => state.test(body.model, body.key),
    'POST /api/v1/model-keys': (body: { name: string; key: string }) => {
      state.keys.set(body.name, body.key);
      return { name: body.name, backend: 'keychain' };
    },
    'GET /api/v1/pin': () => ({ set: state.pin !== null, lockedUntil: null }),
    'POST /api/v1/pin': (body: { pin: string }, pin) => {
      needPin(pin);
      state.pin = body.pin;
      return { set: true };
    },
    'DELETE /api/v1/pin': (_body, pin) => {
      needPin(pin);
      state.pin = null;
      return { set: false };
    },
  };
  gateway.serve = ({ method, path, body, pin }: FakeRequest): FakeAnswer | null => {
    const answer = answers[`${method} ${path}`];
    if (!answer) return null;
    try {
      return { status: 200, body: answer((body === '' ? undefined : JSON.parse(body)) as never, pin) };
    } catch (thrown) {
      if (thrown instanceof Error) throw thrown;
      return thrown as FakeAnswer;
    }
  };
  return state;
};

const refusal = (status: number, code: string, message = code): FakeAnswer => ({
  status,
  body: { error: { code, message, retryable: false, traceId: 't' } },
});

const problemsOf = (text: string): readonly Problem[] => {
  try {
    const { error } = configSchema.safeParse(JSON.parse(text));
    return (error?.issues ?? []).map(({ path, message }) => ({ line: 1, column: 1, message: `${path.join('.')}: ${message}` }));
  } catch {
    return [{ line: 1, column: 1, message: 'This is no JSON.' }];
  }
};

/** RFC 7396 */
const merged = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
