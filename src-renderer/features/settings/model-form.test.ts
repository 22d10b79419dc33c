import { describe, expect, it } from 'vitest';
import { discoveredNothing } from '../../testing/fake-config.ts';
import { entryOf, formOf, modelNames, patchFor, problemsOf, withProvider } from './model-form.ts';
import type { Discovered } from './settings-store.ts';

const found = discoveredNothing as unknown as Discovered;

describe('the form of a model', () => {
  it('suggests a free name, and a model where the provider has a usual one', () => {
    expect(formOf(null, { provider: 'openai' }, ['openai', 'openai-2']).id).toBe('openai-3');
    const blank = formOf(null, { provider: 'openai-compatible' }, []);
    const openai = withProvider(blank, 'openai', found, [], true);
    expect(openai).toMatchObject({ id: 'openai', model: 'gpt-4.1-mini' });
    expect(withProvider(openai, 'ollama', found, [], true)).toMatchObject({ id: 'ollama', model: '' });
    const typed = { ...openai, id: 'mine', model: 'gpt-x' };
    expect(withProvider(typed, 'ollama', found, [], true)).toMatchObject({ id: 'mine', model: 'gpt-x' });
  });

  it('says what is missing or wrong', () => {
    const form = formOf(null, { provider: 'openai-compatible' }, []);
    expect([...problemsOf({ ...form, id: 'a b' }, [], true)]).toEqual(['id', 'baseUrlMissing']);
    expect([...problemsOf({ ...form, id: 'a', baseUrl: 'localhost:1' }, ['a'], true)]).toEqual(['idTaken', 'baseUrl']);
    expect([...problemsOf({ ...form, baseUrl: 'http://h/v1', key: 'short' }, [], true)]).toEqual(['key']);
    expect(problemsOf({ ...form, id: 'a', provider: 'openai' }, ['a'], false).size).toBe(0);
  });

  it('becomes an entry without what is empty, and takes away what was there before', () => {
    const before = {
      provider: 'openai-compatible',
      baseUrl: 'http://h/v1',
      model: 'm',
      keyRef: 'mine',
      prices: { input: 1, output: 2 },
      maxTokens: 9,
    } as const;
    const form = { ...formOf('a', before, []), provider: 'openai', baseUrl: ' ', model: ' x ' } as const;
    const entry = entryOf(form, before);
    expect(entry).toEqual({ provider: 'openai', model: 'x', keyRef: 'mine', prices: { input: 1, output: 2 }, maxTokens: 9 });
    expect(patchFor('a', entry, before)).toEqual({ models: { a: { baseUrl: null, ...entry } } });
    // A first key is kept under the name of the model.
    expect(entryOf({ ...form, id: 'b', key: 'sk-12345678' }, { provider: 'openai' })).toMatchObject({ keyRef: 'b' });
    expect(entryOf({ ...form, provider: 'offline' }, before)).toEqual({
      provider: 'offline',
      prices: { input: 1, output: 2 },
      maxTokens: 9,
    });
  });

  it('names the models of the server it is about', () => {
    const servers: Discovered['servers'] = [
      { provider: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['qwen3'] },
      { provider: 'openai-compatible', name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1', models: ['big'] },
    ];
    const form = formOf(null, { provider: 'ollama' }, []);
    expect(modelNames(form, { ...found, servers })).toEqual(['qwen3']);
    expect(modelNames({ ...form, baseUrl: 'http://127.0.0.1:8000/v1/' }, { ...found, servers })).toEqual(['big']);
  });
});
