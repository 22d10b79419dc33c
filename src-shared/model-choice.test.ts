import { describe, expect, it } from 'vitest';
import { choicesOf, type ModelChoice, patchFor, planOf, problemOf } from './model-choice.ts';

const found: Parameters<typeof choicesOf>[0] = {
  servers: [
    { provider: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['qwen3', 'llama4'] },
    { provider: 'openai-compatible', name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1', models: ['gemma'] },
    { provider: 'lmstudio', name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1', models: [] },
  ],
  keys: [{ provider: 'deepseek', variable: 'DEEPSEEK_API_KEY' }],
  providers: [
    { provider: 'openai', name: 'OpenAI', baseUrl: 'https://api.openai.com/v1', model: 'gpt', needsKey: true },
    { provider: 'deepseek', name: 'DeepSeek', baseUrl: 'https://api.deepseek.com/v1', model: 'deep', needsKey: true },
    { provider: 'openai-compatible', name: 'OpenAI-compatible', baseUrl: null, model: null, needsKey: false },
  ],
};
type Typed = Extract<ModelChoice, { kind: 'provider' }>;
const typed = (known: Partial<Typed>): Typed => ({ kind: 'provider', provider: 'openai', baseUrl: '', model: 'gpt', key: '', ...known });
const chosen = (kind: 'server' | 'variable', index = 0) =>
  planOf(choicesOf(found).filter((choice) => choice.kind === kind)[index] as Exclude<ModelChoice, { kind: 'offline' }>);

describe('the choices of a model', () => {
  it('are what was found, then what can be typed in, then none at all', () => {
    expect(choicesOf(found).map((choice) => [choice.kind, 'name' in choice ? choice.name : ''])).toEqual([
      ['server', 'Ollama'],
      ['server', 'llama.cpp'],
      ['variable', 'DeepSeek'],
      ['provider', ''],
      ['offline', ''],
    ]);
    expect(choicesOf({ servers: [], keys: [], providers: [] }).map(({ kind }) => kind)).toEqual(['provider', 'offline']);
  });

  it('become an entry that names its key and never has it', () => {
    expect(chosen('server')).toEqual({ id: 'ollama', entry: { provider: 'ollama', model: 'qwen3' }, key: null });
    expect(chosen('server', 1)).toEqual({
      id: 'local',
      entry: { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:8080/v1', model: 'gemma' },
      key: null,
    });
    expect(chosen('variable')).toEqual({ id: 'deepseek', entry: { provider: 'deepseek', model: 'deep' }, key: null });
    expect(planOf(typed({ key: ' sk-12345678 ' }))).toEqual({
      id: 'openai',
      entry: { provider: 'openai', model: 'gpt', keyRef: 'openai' },
      key: 'sk-12345678',
    });
    expect(planOf(typed({ provider: 'openai-compatible', baseUrl: ' https://llm.example/v1 ', model: 'm' }))).toEqual({
      id: 'custom',
      entry: { provider: 'openai-compatible', baseUrl: 'https://llm.example/v1', model: 'm' },
      key: null,
    });
  });

  it('replace an entry of the same name as a whole', () => {
    const before = { provider: 'openai' as const, model: 'old', keyRef: 'openai', prices: { input: 1, output: 2 } };
    expect(patchFor({ id: 'openai', entry: { provider: 'openai', model: 'gpt' }, key: null }, before)).toEqual({
      models: { openai: { provider: 'openai', model: 'gpt', keyRef: null, prices: null } },
      agents: { main: { model: 'openai' } },
    });
  });

  it.each([
    ['a key that is missing', typed({}), 'incomplete'],
    ['a key that is too short', typed({ key: 'sk-1' }), 'key'],
    ['a good key', typed({ key: 'sk-12345678' }), null],
    ['no address', typed({ provider: 'openai-compatible' }), 'incomplete'],
    ['half an address', typed({ provider: 'openai-compatible', baseUrl: 'localhost:8080' }), 'address'],
    ['an address without a model', typed({ provider: 'openai-compatible', baseUrl: 'http://localhost:8080/v1', model: ' ' }), 'incomplete'],
    ['an address and a model', typed({ provider: 'openai-compatible', baseUrl: 'http://localhost:8080/v1' }), null],
    ['none', { kind: 'offline' } as const, null],
  ])('know what is missing: %s', (_what, choice, problem) => {
    expect(problemOf(choice, found)).toBe(problem);
  });
});
