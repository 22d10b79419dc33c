import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src-shared/contract/config.ts';
import { createLiveConfig, type LiveConfig } from '../../config/live-config.ts';
import type { LocalModel } from './discovery.ts';
import { aRequest, collect, errorOf, fixture } from './model-client.conformance.ts';
import type { ModelClient } from './model-client.ts';
import { createModelTransport } from './model-transport.ts';
import { createModelRegistry } from './resolve-model.ts';
import { answer, type ScriptedUpstream, sse, startScriptedUpstream } from './scripted-upstream.ts';

describe('model registry', () => {
  let upstream: ScriptedUpstream;
  let time = 0;
  let local: readonly LocalModel[] = [];
  let asked = 0;
  const secrets = new Map<string, string>();
  const transport = createModelTransport({ sleep: () => Promise.resolve() });

  beforeAll(async () => {
    upstream = await startScriptedUpstream();
    upstream.play(sse(fixture('openai', 'text.sse')));
  });
  beforeEach(() => {
    local = [];
    asked = 0;
    time = 0;
    secrets.clear();
  });
  afterAll(async () => {
    await transport.close();
    await upstream.close();
  });

  const registry = (
    models: Record<string, unknown> = {},
    env: Record<string, string> = {},
    live: LiveConfig = createLiveConfig(configSchema.parse({ models })),
  ) =>
    createModelRegistry({
      live,
      env,
      getSecret: async (name) => secrets.get(name) ?? null,
      discover: async () => {
        asked++;
        return local;
      },
      now: () => time,
      transport,
    });
  const here = () => ({ provider: 'openai-compatible', baseUrl: `${upstream.origin}/v1`, model: 'qwen3' });
  const ask = (model: ModelClient) => collect(model.stream(aRequest(), new AbortController().signal));

  it("takes the agent's model, else the first one, and keeps the client", async () => {
    const models = registry({ first: { provider: 'ollama', model: 'a' }, second: here() });
    expect((await models.forAgent({ model: 'second' })).label).toBe(`qwen3 at 127.0.0.1:${upstream.port}`);
    expect((await models.forAgent({})).label).toBe('a at 127.0.0.1:11434');
    const [one, two] = await Promise.all([models.forAgent({ model: 'second' }), models.forAgent({ model: 'second' })]);
    expect(one).toBe(two);
    expect(asked).toBe(0);
  });

  it('names what an unknown model may have meant', async () => {
    await expect(registry({ local: here() }).forAgent({ model: 'locl' })).rejects.toMatchObject({
      code: 'MODEL_REJECTED',
      hint: 'Did you mean local?',
    });
    await expect(registry().forAgent({ model: 'constructor' })).rejects.toMatchObject({ code: 'MODEL_REJECTED' });
  });

  it('goes by the environment, then by what runs on this machine, then offline', async () => {
    local = [{ provider: 'ollama', baseUrl: 'http://127.0.0.1:11434/v1', model: 'qwen3:8b' }];
    const env = { ANTHROPIC_API_KEY: 'a', DEEPSEEK_API_KEY: ' d ', OPENAI_API_KEY: ' ' };
    expect((await registry({}, env).forAgent({})).provider).toBe('deepseek');
    expect((await registry({}, { ANTHROPIC_API_KEY: 'a' }).forAgent({})).label).toMatch(/claude.* at api\.anthropic\.com/);
    expect(asked).toBe(0);
    expect((await registry().forAgent({})).label).toBe('qwen3:8b at 127.0.0.1:11434');
    local = [];
    expect((await registry().forAgent({})).provider).toBe('offline');
  });

  it('asks for local servers once in 30 s, also when there are none, and once for many at a time', async () => {
    const models = registry();
    await Promise.all([models.forAgent({}), models.forAgent({}), models.forAgent({})]);
    time = 29_999;
    expect((await models.forAgent({})).provider).toBe('offline');
    expect(asked).toBe(1);
    time = 30_000;
    local = [{ provider: 'lmstudio', baseUrl: 'http://127.0.0.1:1234/v1', model: 'gemma' }];
    const found = await models.forAgent({});
    expect(found.provider).toBe('lmstudio');
    time = 90_000;
    expect(await models.forAgent({})).toBe(found);
    expect(asked).toBe(3);
  });

  it('looks again at once when a local server has gone', async () => {
    const gone = await startScriptedUpstream();
    await gone.close();
    local = [{ provider: 'ollama', baseUrl: `${gone.origin}/v1`, model: 'qwen3' }];
    const models = registry();
    expect(errorOf(await ask(await models.forAgent({}))).code).toBe('MODEL_UNREACHABLE');
    local = [];
    expect((await models.forAgent({})).provider).toBe('offline');
  });

  it('reads keys from the keychain, and again after one was refused', async () => {
    const models = registry({ m: { ...here(), keyRef: 'mine' } });
    await expect(models.forAgent({ model: 'm' })).rejects.toMatchObject({ code: 'MODEL_AUTH', hint: expect.stringContaining('keyRef') });
    expect(models.health()).toMatchObject([{ model: 'm', state: 'failing', detail: expect.stringContaining('"mine"') }]);
    secrets.set('provider-key:mine', 'sk-old\n');
    upstream.play(answer(401, '{}'), sse(fixture('openai', 'text.sse')));
    await ask(await models.forAgent({ model: 'm' }));
    expect(upstream.seen.at(-1)?.headers.authorization).toBe('Bearer sk-old');
    secrets.set('provider-key:mine', 'sk-new');
    await ask(await models.forAgent({ model: 'm' }));
    expect(upstream.seen.at(-1)?.headers.authorization).toBe('Bearer sk-new');
    expect(models.health()).toMatchObject([{ state: 'ok' }]);
  });

  it('sends a key from the environment to its own provider only', async () => {
    const env = { OPENAI_API_KEY: 'sk-env' };
    await ask(await registry({ m: { ...here(), provider: 'openai' } }, env).forAgent({}));
    expect(upstream.seen.at(-1)?.headers.authorization).toBeUndefined();
    await expect(registry({ m: { provider: 'openai' } }).forAgent({})).rejects.toMatchObject({
      code: 'MODEL_AUTH',
      hint: expect.stringContaining('OPENAI_API_KEY'),
    });
    expect((await registry({ m: { provider: 'openai' } }, env).forAgent({})).provider).toBe('openai');
  });

  it('says what a model lacks', async () => {
    await expect(registry({ m: { provider: 'openai-compatible', model: 'x' } }).forAgent({})).rejects.toMatchObject({
      message: 'models.m needs a baseUrl.',
    });
    await expect(registry({ m: { ...here(), model: undefined } }).forAgent({})).rejects.toMatchObject({
      message: 'models.m names no model.',
    });
    await expect(registry({ m: { provider: 'ollama' } }).forAgent({})).rejects.toMatchObject({ code: 'MODEL_REJECTED' });
    local = [{ provider: 'ollama', baseUrl: 'http://127.0.0.1:11434/v1', model: 'qwen3:8b' }];
    expect((await registry({ m: { provider: 'ollama' } }).forAgent({})).label).toContain('qwen3:8b');
    expect((await registry({ m: { provider: 'offline' } }).forAgent({})).provider).toBe('offline');
  });

  it('goes by the configuration of now; what did not change keeps its client and how it fared', async () => {
    const live = createLiveConfig(configSchema.parse({ models: { a: here(), b: { ...here(), keyRef: 'mine' } } }));
    const models = registry({}, {}, live);
    secrets.set('provider-key:mine', 'sk-1');
    const [a, b] = [await models.forAgent({ model: 'a' }), await models.forAgent({ model: 'b' })];
    upstream.play(sse(fixture('openai', 'text.sse')));
    await ask(a);
    await ask(b);
    live.replace(configSchema.parse({ models: { b: { ...here(), keyRef: 'mine', model: 'other' }, a: here(), c: here() } }));
    expect(await models.forAgent({ model: 'a' })).toBe(a);
    expect((await models.forAgent({})).label).toMatch(/^other/);
    // A turn that has the old client ends with it, and says nothing about the new one.
    upstream.play(answer(500, '{}'), sse(fixture('openai', 'text.sse')));
    await ask(b);
    expect(Object.fromEntries(models.health().map(({ model, state }) => [model, state]))).toEqual({ a: 'ok', b: 'unknown', c: 'unknown' });
    live.replace(configSchema.parse({ models: { c: here() } }));
    expect(models.health().map(({ model }) => model)).toEqual(['c']);
    await expect(models.forAgent({ model: 'a' })).rejects.toMatchObject({ code: 'MODEL_REJECTED' });
  });

  it('keeps no client whose key was replaced while the keychain was asked', async () => {
    const models = registry({ m: { ...here(), keyRef: 'mine' } });
    secrets.set('provider-key:mine', 'sk-old');
    const late = models.forAgent({ model: 'm' });
    secrets.set('provider-key:mine', 'sk-new');
    models.keyChanged('mine');
    await late;
    await ask(await models.forAgent({ model: 'm' }));
    expect(upstream.seen.at(-1)?.headers.authorization).toBe('Bearer sk-new');
  });

  it('keeps how each model last fared, but for calls that were cancelled', async () => {
    const models = registry({ a: here(), b: { provider: 'ollama', model: 'x' } });
    const unknown = { state: 'unknown', detail: 'not asked yet' };
    expect(models.health()).toEqual([
      { model: 'a', provider: 'openai-compatible', ...unknown },
      { model: 'b', provider: 'ollama', ...unknown },
    ]);
    const model = await models.forAgent({ model: 'a' });
    await collect(model.stream(aRequest(), AbortSignal.abort()));
    expect(models.health()[0]).toMatchObject(unknown);
    await ask(model);
    expect(models.health()[0]).toMatchObject({ state: 'ok' });
    upstream.play(answer(500, '{"error":"out of memory"}'));
    await ask(model);
    expect(models.health()[0]).toMatchObject({ state: 'failing', detail: expect.stringContaining('out of memory') });
  });
});
