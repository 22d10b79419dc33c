import type { Dispatcher } from 'undici';
import * as z from 'zod';
import { type Preset, presets } from './presets.ts';

export type LocalModel = { readonly provider: 'ollama' | 'lmstudio'; readonly baseUrl: string; readonly model: string };

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
export const discoverLocalModels = async ({ fetchJson, signal, timeoutMs = 400 }: DiscoveryOptions): Promise<readonly LocalModel[]> => {
  const ask = async (provider: LocalModel['provider'], preset: Preset, path: string, namesIn: (json: unknown) => readonly string[]) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const json = await fetchJson(new URL(path, preset.baseUrl).href, signal ? AbortSignal.any([signal, timeout]) : timeout);
      const model = namesIn(json)[0];
      return model === undefined ? [] : [{ provider, baseUrl: preset.baseUrl, model }];
    } catch {
      return [];
    }
  };
  const found = await Promise.all([
    ask('ollama', presets.ollama, '/api/tags', ollamaChatModels),
    ask('lmstudio', presets.lmstudio, '/v1/models', openAiChatModels),
  ]);
  return found.flat();
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
