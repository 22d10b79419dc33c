import type { Dispatcher } from 'undici';
import * as z from 'zod';
import { presets } from './presets.ts';

export type LocalModel = { readonly provider: 'ollama' | 'lmstudio'; readonly baseUrl: string; readonly model: string };

/** A model server on this machine that answers. */
export type LocalServer = {
  readonly provider: LocalModel['provider'] | 'openai-compatible';
  readonly name: string;
  readonly baseUrl: string;
  /** Chat models only. */
  readonly models: readonly string[];
};

/** GETs a URL and resolves to its JSON; rejects for anything else. */
export type FetchJson = (url: string, signal: AbortSignal) => Promise<unknown>;

type DiscoveryOptions = {
  readonly fetchJson: FetchJson;
  readonly signal?: AbortSignal;
  /** Per server, in ms. A server on this machine that takes longer is not there. */
  readonly timeoutMs?: number;
};

/**
 * Asks Ollama and LM Studio on this machine for a chat model, both at once. Never rejects.
 * @returns one model per server that answers and has one; Ollama first
 */
export const discoverLocalModels = async (options: DiscoveryOptions): Promise<readonly LocalModel[]> => {
  const found = await Promise.all(own.map((server) => ask(server, options)));
  return found.flat().flatMap(({ provider, baseUrl, models: [model] }) => (model === undefined ? [] : [{ provider, baseUrl, model }]));
};

/** Asks every kind of model server that people run on their own machine, all at once. Never rejects. */
export const discoverLocalServers = async (options: DiscoveryOptions): Promise<readonly LocalServer[]> => {
  const found = await Promise.all([...own, ...others].map((server) => ask<LocalServer['provider']>(server, options)));
  return found.flat();
};

type Candidate<Provider> = {
  readonly provider: Provider;
  readonly name: string;
  readonly baseUrl: string;
  readonly path: string;
  readonly namesIn: (json: unknown) => readonly string[];
};

const ask = async <Provider>(server: Candidate<Provider>, { fetchJson, signal, timeoutMs = 400 }: DiscoveryOptions) => {
  const { provider, name, baseUrl, path, namesIn } = server;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const json = await fetchJson(new URL(path, baseUrl).href, signal ? AbortSignal.any([signal, timeout]) : timeout);
    return [{ provider, name, baseUrl, models: namesIn(json) }];
  } catch {
    return [];
  }
};

/** The most recently changed one first, as Ollama lists them. */
const ollamaChatModels = (json: unknown): readonly string[] =>
  ollamaTagsSchema
    .parse(json)
    .models.filter(({ name, details }) => isChatModel(name) && !/bert/i.test(details?.family ?? ''))
    .map(({ name }) => name);

const ollamaTagsSchema = z.object({
  models: z.array(z.object({ name: z.string().min(1), details: z.object({ family: z.string().nullish() }).nullish() })),
});

const openAiChatModels = (json: unknown): readonly string[] =>
  modelListSchema
    .parse(json)
    .data.map(({ id }) => id)
    .filter(isChatModel);

const modelListSchema = z.object({ data: z.array(z.object({ id: z.string().min(1) })) });

const isChatModel = (name: string): boolean => !/embed|rerank|minilm|whisper|\b(bge|gte|e5)\b/i.test(name);

const own: readonly Candidate<LocalModel['provider']>[] = [
  { provider: 'ollama', name: presets.ollama.name, baseUrl: presets.ollama.baseUrl, path: '/api/tags', namesIn: ollamaChatModels },
  { provider: 'lmstudio', name: presets.lmstudio.name, baseUrl: presets.lmstudio.baseUrl, path: '/v1/models', namesIn: openAiChatModels },
];

/** Told by their usual ports, where something else may well listen: they are offered, never taken by themselves. */
const others: readonly Candidate<'openai-compatible'>[] = [
  { name: 'llama.cpp', port: 8080 },
  { name: 'vLLM', port: 8000 },
].map(({ name, port }) => ({
  provider: 'openai-compatible',
  name,
  baseUrl: `http://127.0.0.1:${port}/v1`,
  path: '/v1/models',
  namesIn: openAiChatModels,
}));

const listLimit = 1024 * 1024;

export const createFetchJson =
  (dispatcher: Dispatcher): FetchJson =>
  async (url, signal) => {
    const { origin, pathname, search } = new URL(url);
    const { statusCode, body } = await dispatcher.request({ origin, path: pathname + search, method: 'GET', signal });
    let text = '';
    for await (const chunk of body.setEncoding('utf8')) {
      text += String(chunk);
      if (statusCode !== 200 || text.length > listLimit) throw new Error(`HTTP ${statusCode}, or too long an answer`);
    }
    return JSON.parse(text) as unknown;
  };
