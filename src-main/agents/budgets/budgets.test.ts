import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../testing/manual-clock.ts';
import { createTestHome, startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';
import { gated, type Reply, scriptModel } from '../../testing/upstream.ts';

/** A dollar for each output token; the scripted model tells seven of them. */
const dear = { input: 0, output: 1_000_000 };
/** So each call is held at exactly what it costs. */
const exact = 7;
const text = (content: string): Reply => ({ kind: 'text', chunks: [content] });

const start = async (
  script: Parameters<typeof scriptModel>[0],
  config: Readonly<Record<string, unknown>>,
  more: Parameters<typeof startTestGateway>[0] = {},
): Promise<TestGateway & { readonly asked: () => number }> => {
  let asked = 0;
  const upstream = await scriptModel((request, count) => {
    asked += 1;
    return script(request, count);
  });
  const model = { provider: 'openai-compatible', baseUrl: upstream.url, model: 'scripted', prices: dear, maxTokens: exact };
  const t = await startTestGateway({ config: { models: { dear: model }, ...config }, ...more });
  return { ...t, asked: () => asked };
};
const budget = (usd: Readonly<Record<string, number>>) => ({ security: { budget: usd } });
const meters = async (t: TestGateway, token = t.admin) => (await t.call('GET', '/api/v1/usage/budgets', { token })).json;

describe('a budget', () => {
  it('stops the next call before it is made, with 429, until midnight UTC', async () => {
    const clock = createManualClock(Date.UTC(2026, 10, 26, 23, 0));
    const t = await start(() => text('hi'), budget({ dailyUsd: 10 }), { clock });
    expect((await t.post({ content: 'one' })).status).toBe(200);
    const { status, json } = await t.post({ content: 'two' });
    expect(status).toBe(429);
    expect(json).toMatchObject({
      status: 'failed',
      error: {
        code: 'BUDGET_EXHAUSTED',
        retryable: false,
        retryAfterMs: 3_600_000,
        hint: expect.stringContaining('security.budget.dailyUsd'),
      },
    });
    expect(t.asked()).toBe(1);
    clock.setWall(Date.UTC(2026, 10, 27));
    expect((await t.post({ content: 'three' })).status).toBe(200);
  });

  it('tells the openai SDK not to ask again', async () => {
    const t = await start(() => text('hi'), budget({ dailyUsd: 1 }));
    const answer = await t.call('POST', '/v1/chat/completions', {
      token: t.admin,
      json: { model: 'openclaw', messages: [{ role: 'user', content: 'hi' }] },
    });
    expect([answer.status, answer.headers['x-should-retry'], answer.json.error.code]).toEqual([429, 'false', 'insufficient_quota']);
    expect(t.asked()).toBe(0);
  });

  it('does not let eight turns side by side slip through', async () => {
    const { reply, release } = gated(['hi']);
    const t = await start(() => reply, budget({ dailyUsd: 3 * exact }));
    const turns = Array.from({ length: 8 }, (_, index) => t.post({ content: 'go', sessionId: `s${index}` }));
    let refused = 0;
    await new Promise<void>((resolve) => {
      for (const turn of turns) void turn.then(({ status }) => status === 429 && ++refused === 5 && resolve());
    });
    release();
    const answers = await Promise.all(turns);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);
    expect(t.asked()).toBe(3);
    expect(await meters(t)).toMatchObject({ meters: [{ what: 'all', limitUsd: 21, spentUsd: 21, reservedUsd: 0 }] });
  });

  it('holds for each token and each agent apart', async () => {
    const t = await start(() => text('hi'), {
      ...budget({ perTokenDailyUsd: 10 }),
      agents: { 'dev-coder': { budget: { dailyUsd: 5 } } },
    });
    const [one, two] = [await t.mint({ scopes: ['messages', 'usage'] }), await t.mint({ scopes: ['messages', 'usage'] })];
    const hint = async (token: string, agentId: string) => (await t.post({ content: 'go', agentId }, { token })).json.error?.hint ?? 'ok';
    // Five is less than a call may cost.
    expect(await hint(one.secret, 'dev-coder')).toContain('agents.dev-coder.budget.dailyUsd');
    expect(await hint(one.secret, 'main')).toBe('ok');
    expect(await hint(one.secret, 'main')).toContain('security.budget.perTokenDailyUsd');
    expect((await t.post({ content: 'x' }, { token: two.secret })).status).toBe(200);
    expect((await meters(t, one.secret)).meters).toEqual([{ what: 'token', id: one.id, limitUsd: 10, spentUsd: 7, reservedUsd: 0 }]);
    expect((await meters(t)).meters).toContainEqual({ what: 'agent', id: 'dev-coder', limitUsd: 5, spentUsd: 0, reservedUsd: 0 });
  });

  it('ends a turn in its middle with what was done', async () => {
    const t = await start(
      (_request, count) => (count === 1 ? { kind: 'tools', calls: [{ id: 'c1', name: 'list_dir', arguments: {} }] } : text('never')),
      { agents: { main: { budget: { perTurnUsd: 10 } } } },
    );
    const { status, json } = await t.post({ content: 'look' });
    expect({ status, code: json.error.code }).toEqual({ status: 429, code: 'BUDGET_EXHAUSTED' });
    expect(json.toolCalls).toMatchObject([{ name: 'list_dir', status: 'finished' }]);
    expect(json.error.retryAfterMs).toBeUndefined();
    expect(json.usage.costUsd).toBe(7);
    expect(t.asked()).toBe(1);
  });

  it('gives back what it held for a call that failed', async () => {
    const t = await start(
      (_request, count) => (count === 1 ? { kind: 'error', status: 401, message: 'no' } : text('hi')),
      budget({ dailyUsd: 7 }),
    );
    expect((await t.post({ content: 'one' })).json.error.code).toBe('MODEL_AUTH');
    expect((await t.post({ content: 'two' })).status).toBe(200);
    expect((await t.post({ content: 'three' })).status).toBe(429);
  });

  it('counts what was said of a call that was cancelled, and gives back the rest', async () => {
    const { reply, release } = gated(['four', ' more']);
    const t = await start(() => reply, budget({ dailyUsd: 7 }));
    const { json } = await t.post({ content: 'go', wait: false });
    const ws = await t.ws();
    ws.send({ type: 'resume', sessionId: json.sessionId, afterSeq: 0, messageId: json.messageId, offset: 0 });
    release(1);
    await ws.waitFor((frame) => frame.type === 'delta');
    await t.call('DELETE', `/api/v1/messages/${json.messageId}`, { token: t.admin });
    expect((await meters(t)).meters).toMatchObject([{ spentUsd: 1, reservedUsd: 0 }]);
    release();
  });

  it('knows after a restart what was spent before', async () => {
    const home = createTestHome();
    const first = await start(() => text('hi'), budget({ dailyUsd: 20 }), { home });
    await first.post({ content: 'one' });
    await first.stop();
    const second = await start(() => text('hi'), budget({ dailyUsd: 20 }), { home });
    expect((await second.post({ content: 'two' })).status).toBe(200);
    expect((await second.post({ content: 'three' })).status).toBe(429);
  });

  it('warns in the status of a model that it cannot hold', async () => {
    const models = { mystery: { provider: 'openai-compatible', baseUrl: 'https://models.example/v1', model: 'm' } };
    const warnings = async (t: TestGateway) => (await t.call('GET', '/api/v1/status', { token: t.admin })).json.warnings;
    expect(await warnings(await startTestGateway({ config: { models, ...budget({ dailyUsd: 1 }) } }))).toEqual([
      expect.stringContaining('no prices for model mystery'),
    ]);
    expect(await warnings(await startTestGateway({ config: { models } }))).toEqual([]);
  });
});
