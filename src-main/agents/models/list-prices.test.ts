import { expect, it } from 'vitest';
import { isFree, pricesOf } from './list-prices.ts';

it('takes the price of the entry, else the list, by the model’s name or a dated version of it', () => {
  const mini = { input: 0.4, output: 1.6 };
  expect(pricesOf({ provider: 'openai', model: 'gpt-4.1-mini' })).toEqual(mini);
  expect(pricesOf({ provider: 'openai', model: 'gpt-4.1-mini-2025-04-14' })).toEqual(mini);
  expect(pricesOf({ provider: 'openai' })).toEqual(mini);
  expect(pricesOf({ provider: 'openai', model: 'gpt-4.1-mini', prices: { input: 1, output: 2 } })).toEqual({ input: 1, output: 2 });
});

it('has no price for what it does not know, nor for a server that only speaks like the provider', () => {
  expect(pricesOf({ provider: 'openai', model: 'gpt-4.1-mini-audio' })).toBeNull();
  expect(pricesOf({ provider: 'openai', model: 'constructor' })).toBeNull();
  expect(pricesOf({ provider: 'openai', model: 'gpt-4.1-mini', baseUrl: 'https://proxy.example/v1' })).toBeNull();
  expect(pricesOf({ provider: 'openai-compatible', model: 'gpt-4.1-mini', baseUrl: 'https://proxy.example/v1' })).toBeNull();
});

it('knows what runs on this computer', () => {
  expect([{ provider: 'offline' } as const, { provider: 'ollama' } as const].map(isFree)).toEqual([true, true]);
  expect(isFree({ provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:8080/v1' })).toBe(true);
  expect(isFree({ provider: 'openai' })).toBe(false);
  expect(isFree({ provider: 'ollama', baseUrl: 'http://gpu.example:11434/v1' })).toBe(false);
});
