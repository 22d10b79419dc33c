import type { ModelConfig } from '../../../src-shared/contract/config.ts';
import { presetOf } from './presets.ts';

/** US dollars per million tokens. */
export type Prices = NonNullable<ModelConfig['prices']>;

const usd = (input: number, output: number): Prices => ({ input, output });

/**
 * List prices of well-known models as of December 2025, written down by hand: providers change them, and give some
 * customers others. Whoever relies on them checks them; `models.<id>.prices` goes before them. Cached input, batches and
 * long contexts may cost less or more. A model that is not here has no price.
 */
const listPrices: Readonly<Partial<Record<ModelConfig['provider'], Readonly<Record<string, Prices>>>>> = {
  openai: {
    'gpt-5': usd(1.25, 10),
    'gpt-5-mini': usd(0.25, 2),
    'gpt-5-nano': usd(0.05, 0.4),
    'gpt-4.1': usd(2, 8),
    'gpt-4.1-mini': usd(0.4, 1.6),
    'gpt-4.1-nano': usd(0.1, 0.4),
    'gpt-4o': usd(2.5, 10),
    'gpt-4o-mini': usd(0.15, 0.6),
    o3: usd(2, 8),
    'o4-mini': usd(1.1, 4.4),
  },
  anthropic: {
    'claude-opus-4-5': usd(5, 25),
    'claude-opus-4-1': usd(15, 75),
    'claude-sonnet-4-6': usd(3, 15),
    'claude-sonnet-4-5': usd(3, 15),
    'claude-sonnet-4': usd(3, 15),
    'claude-haiku-4-5': usd(1, 5),
    'claude-3-5-haiku': usd(0.8, 4),
  },
  gemini: {
    'gemini-2.5-pro': usd(1.25, 10),
    'gemini-2.5-flash': usd(0.3, 2.5),
    'gemini-2.5-flash-lite': usd(0.1, 0.4),
  },
  deepseek: {
    'deepseek-chat': usd(0.28, 0.42),
    'deepseek-reasoner': usd(0.28, 0.42),
  },
  zhipu: {
    'glm-4.5-flash': usd(0, 0),
  },
};

/** `gpt-4.1-2025-04-14`, `claude-haiku-4-5-20251001`, `…-latest` cost what the model costs. */
const version = /-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/;

/** What a model costs: as the entry says, else by the list where it is asked at its own provider; null where nobody has said. */
export const pricesOf = (entry: Pick<ModelConfig, 'provider' | 'baseUrl' | 'model' | 'prices'>): Prices | null => {
  if (entry.prices) return entry.prices;
  const preset = presetOf(entry.provider);
  const isOwn = preset !== null && (entry.baseUrl === undefined || new URL(entry.baseUrl).origin === new URL(preset.baseUrl).origin);
  const name = entry.model ?? preset?.defaultModel;
  if (!isOwn || !name) return null;
  const prices = listPrices[entry.provider] ?? {};
  const known = [name, name.replace(version, '')].find((candidate) => Object.hasOwn(prices, candidate));
  return known === undefined ? null : (prices[known] ?? null);
};

/** It runs on this computer, or is no model at all: there is nothing to pay. */
export const isFree = ({ provider, baseUrl }: Pick<ModelConfig, 'provider' | 'baseUrl'>): boolean => {
  if (provider === 'offline') return true;
  const url = baseUrl ?? presetOf(provider)?.baseUrl;
  return url !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
};
