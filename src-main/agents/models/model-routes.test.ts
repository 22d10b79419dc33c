import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../testing/manual-clock.ts';
import { startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';
import { type Reply, scriptModel } from '../../testing/upstream.ts';

const test = (t: TestGateway, json: unknown) => t.call('POST', '/api/v1/models/test', { token: t.admin, json });
const openAi = (baseUrl: string, more = {}) => ({ provider: 'openai-compatible', baseUrl, model: 'scripted', ...more });
const answering = async (reply: Reply) => (await scriptModel(() => reply)).url;

describe('a test call', () => {
  it('is one real call, and says what the model said', async () => {
    const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['Hello ', 'there!'] }));
    const t = await startTestGateway();
    const { status, json } = await test(t, { model: openAi(upstream.url), key: 'sk-given-by-hand' });
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { ok: true, reply: 'Hello there!', model: expect.stringMatching(/^scripted at /) },
    });
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer sk-given-by-hand']);
    // Nothing of it is kept.
    const { models } = (await t.call('GET', '/api/v1/status', { token: t.admin })).json;
    expect(models).toMatchObject([{ model: 'local', state: 'unknown' }]);
    expect((await t.call('GET', '/api/v1/sessions', { token: t.admin })).json.sessions).toEqual([]);
  });

  it('uses the key that keyRef names where none is given', async () => {
    const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['ok'] }));
    const t = await startTestGateway();
    const model = openAi(upstream.url, { keyRef: 'mine' });
    expect((await test(t, { model })).json).toMatchObject({
      ok: false,
      error: { code: 'MODEL_AUTH', message: expect.stringContaining('"mine"') },
    });
    await t.call('POST', '/api/v1/model-keys', { token: t.admin, json: { name: 'mine', key: 'sk-from-keychain' } });
    expect((await test(t, { model })).json.ok).toBe(true);
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer sk-from-keychain');
  });

  it('says in words what is wrong, and never the key', async () => {
    const t = await startTestGateway();
    const key = 'sk-very-secret-indeed';
    const results = [
      (await test(t, { model: openAi(await answering({ kind: 'error', status: 401, message: `bad key ${key}` })), key })).json,
      (await test(t, { model: openAi('http://127.0.0.1:1/v1') })).json,
      (await test(t, { model: { provider: 'openai-compatible', model: 'x' } })).json,
      (await test(t, { model: openAi(await answering({ kind: 'garbage', body: '<html>' })) })).json,
    ];
    expect(results.map(({ ok, error }) => [ok, error.code])).toEqual([
      [false, 'MODEL_AUTH'],
      [false, 'MODEL_UNREACHABLE'],
      [false, 'MODEL_REJECTED'],
      [false, 'MODEL_GARBAGE'],
    ]);
    expect(results.every(({ error }) => /\w{3}/.test(error.message))).toBe(true);
    expect(results[2].error.message).toBe('this model needs a baseUrl.');
    expect(JSON.stringify(results)).not.toContain(key);
  });

  it('gives up after 20 seconds', async () => {
    const clock = createManualClock();
    const upstream = await scriptModel(() => ({ kind: 'never' }));
    const t = await startTestGateway({ clock });
    const result = test(t, { model: openAi(upstream.url) });
    await upstream.requested(1);
    clock.advance(20_000);
    expect((await result).json).toMatchObject({
      ok: false,
      durationMs: 20_000,
      error: { code: 'MODEL_TIMEOUT', message: expect.stringContaining('20 seconds') },
    });
  });

  it('does not wait for the end of one that goes on and on', async () => {
    const t = await startTestGateway();
    const url = await answering({
      kind: 'text',
      chunks: ['x'.repeat(600), 'never'],
      gate: (index) => (index === 0 ? Promise.resolve() : new Promise(() => undefined)),
    });
    expect((await test(t, { model: openAi(url) })).json).toMatchObject({ ok: true, reply: 'x'.repeat(500) });
  });
});

describe('discovery', () => {
  it('names providers with a suggested model, and keys in the environment by variable, never the key', async () => {
    const t = await startTestGateway({ ports: { env: { DEEPSEEK_API_KEY: 'sk-deep-secret', OPENAI_API_KEY: ' ' } } });
    const { json, text } = await t.call('GET', '/api/v1/models/discovery', { token: t.admin });
    expect(json.keys).toEqual([{ provider: 'deepseek', variable: 'DEEPSEEK_API_KEY' }]);
    expect(text).not.toContain('sk-deep');
    expect(json.providers).toContainEqual({
      provider: 'deepseek',
      name: 'DeepSeek',
      baseUrl: 'https://api.deepseek.com/v1',
      model: expect.any(String),
      needsKey: true,
    });
    expect(json.providers).toContainEqual(expect.objectContaining({ provider: 'ollama', needsKey: false }));
    expect(json.providers.at(-1)).toMatchObject({ provider: 'openai-compatible', baseUrl: null });
  });
});
