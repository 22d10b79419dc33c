import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFetchJson, discoverLocalModels, discoverLocalServers, type FetchJson } from './discovery.ts';
import { createModelTransport } from './model-transport.ts';
import { answer, type ScriptedUpstream, startScriptedUpstream } from './scripted-upstream.ts';

const tags = (...models: readonly (readonly [string, string?])[]) => ({
  models: models.map(([name, family]) => ({ name, model: name, details: { family, families: [family] } })),
});
const servers =
  (answers: Readonly<Record<string, unknown>>): FetchJson =>
  async (url) => {
    if (!(url in answers)) throw new Error('ECONNREFUSED');
    return answers[url];
  };
const ollama = 'http://127.0.0.1:11434/api/tags';
const lmStudio = 'http://127.0.0.1:1234/v1/models';

describe('discoverLocalModels', () => {
  it('takes the first chat model of each server', async () => {
    const fetchJson = servers({
      [ollama]: tags(['nomic-embed-text:latest', 'nomic-bert'], ['bge-m3', 'bert'], ['qwen3:8b', 'qwen3']),
      [lmStudio]: { object: 'list', data: [{ id: 'text-embedding-nomic-embed-text-v1.5' }, { id: 'google/gemma-3-4b' }] },
    });
    expect(await discoverLocalModels({ fetchJson })).toEqual([
      { provider: 'ollama', baseUrl: 'http://127.0.0.1:11434/v1', model: 'qwen3:8b' },
      { provider: 'lmstudio', baseUrl: 'http://127.0.0.1:1234/v1', model: 'google/gemma-3-4b' },
    ]);
  });

  it('finds nothing where nothing listens, nothing is installed, or something else answers', async () => {
    expect(await discoverLocalModels({ fetchJson: servers({}) })).toEqual([]);
    expect(await discoverLocalModels({ fetchJson: servers({ [ollama]: tags(), [lmStudio]: 'a web page' }) })).toEqual([]);
  });

  it('does not wait for a server that does not answer', async () => {
    const fetchJson: FetchJson = (_url, signal) =>
      new Promise((_resolve, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    expect(await discoverLocalModels({ fetchJson, timeoutMs: 20 })).toEqual([]);
    expect(await discoverLocalModels({ fetchJson, signal: AbortSignal.abort(), timeoutMs: 20 })).toEqual([]);
  });
});

describe('discoverLocalServers', () => {
  it('finds every server that answers, with all its chat models', async () => {
    const list = (...ids: string[]) => ({ object: 'list', data: ids.map((id) => ({ id })) });
    const fetchJson = servers({
      [ollama]: tags(['qwen3:8b', 'qwen3'], ['bge-m3', 'bert'], ['llama3:8b', 'llama']),
      'http://127.0.0.1:8080/v1/models': list('gemma.gguf'),
      'http://127.0.0.1:8000/v1/models': list(),
    });
    expect(await discoverLocalServers({ fetchJson })).toEqual([
      { provider: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['qwen3:8b', 'llama3:8b'] },
      { provider: 'openai-compatible', name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1', models: ['gemma.gguf'] },
      { provider: 'openai-compatible', name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1', models: [] },
    ]);
  });

  it('takes a web server on such a port for none', async () => {
    const fetchJson = servers({ 'http://127.0.0.1:8080/v1/models': { error: 'not found' }, 'http://127.0.0.1:8000/v1/models': [] });
    expect(await discoverLocalServers({ fetchJson })).toEqual([]);
  });
});

describe('createFetchJson', () => {
  let upstream: ScriptedUpstream;
  const transport = createModelTransport();
  beforeAll(async () => {
    upstream = await startScriptedUpstream();
  });
  afterAll(async () => {
    await transport.close();
    await upstream.close();
  });
  const fetchJson = () => createFetchJson(transport.dispatcher)(`${upstream.origin}/api/tags?a=1`, new AbortController().signal);

  it('gets JSON, and rejects for anything else', async () => {
    upstream.play(answer(200, '{"models":[]}'));
    expect(await fetchJson()).toEqual({ models: [] });
    expect(upstream.seen.at(-1)?.path).toBe('/api/tags?a=1');
    upstream.play(answer(404, '{"models":[]}'));
    await expect(fetchJson()).rejects.toThrow('404');
    upstream.play(answer(200, `"${'x'.repeat(2_000_000)}"`));
    await expect(fetchJson()).rejects.toThrow('too long');
  });
});
