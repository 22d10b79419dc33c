import { describe, expect, it } from 'vitest';
import { type GatewayStatus, healthOf } from './status-store.ts';

const status = (...models: NonNullable<GatewayStatus['models']>): GatewayStatus => ({
  status: 'ok',
  version: '0',
  uptimeMs: 0,
  agents: [],
  models,
});
const local = { model: 'local', provider: 'openai-compatible', state: 'failing', detail: 'qwen3: connection refused' } as const;
const offline = { model: 'offline', provider: 'offline', state: 'ok', detail: 'built-in offline assistant' } as const;

describe('health of a model', () => {
  it.each([
    ['qwen3', local],
    ['local', local],
    ['built-in offline assistant', offline],
    ['gpt', null],
    [undefined, null],
  ])('of %s', (label, expected) => {
    expect(healthOf(status(local, offline), label)).toEqual(expected);
  });

  it('is that of the only model there is', () => {
    expect(healthOf(status(offline), 'something else')).toEqual(offline);
    expect(healthOf(null, 'x')).toBeNull();
  });
});
