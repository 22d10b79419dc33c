import { describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { gated, lastUserText, scriptModel } from '../testing/upstream.ts';

const prices = { input: 2, output: 8 };
const echo = () => scriptModel((request) => ({ kind: 'text', chunks: [`you said ${lastUserText(request)}`] }));
const failing = () => scriptModel(() => ({ kind: 'error', status: 401, message: 'bad key' }));

const start = async (upstream: { readonly url: string }, config: Readonly<Record<string, unknown>> = {}): Promise<TestGateway> =>
  startTestGateway({
    config: { models: { priced: { provider: 'openai-compatible', baseUrl: upstream.url, model: 'scripted', prices } }, ...config },
  });
const requests = async (t: TestGateway, query = '', token = t.admin) => (await t.call('GET', `/api/v1/requests${query}`, { token })).json;

describe('the request inspector', () => {
  it('has a row for every turn, whichever door it came by, newest first', async () => {
    const t = await start(await echo());
    await t.post({ content: 'by rest', channel: 'cron' });
    await t.call('POST', '/api/v1/agents/dev-coder/invoke', { token: t.admin, json: { input: 'by invoke' } });
    const ws = await t.ws();
    ws.send({ type: 'message', content: 'by ws' });
    await ws.waitFor((frame) => frame.type === 'response');
    const { requests: rows, nextCursor } = await requests(t);
    expect(nextCursor).toBeNull();
    expect(rows.map(({ via, channel, agentId, model, status }: never) => ({ via, channel, agentId, model, status }))).toEqual([
      { via: 'ws', channel: 'api', agentId: 'main', model: 'priced', status: 'completed' },
      { via: 'invoke', channel: 'api', agentId: 'dev-coder', model: 'priced', status: 'completed' },
      { via: 'rest', channel: 'cron', agentId: 'main', model: 'priced', status: 'completed' },
    ]);
    expect(rows[0].usage).toEqual({ inputTokens: 11, outputTokens: 7, costUsd: (11 * 2 + 7 * 8) / 1e6 });
    expect(rows[0].durationMs).toBeGreaterThanOrEqual(0);
  });

  it('pages, and filters by door, status, agent and token', async () => {
    const t = await start(await echo());
    const mine = await t.mint({ scopes: ['messages', 'requests'] });
    for (const content of ['one', 'two', 'three']) await t.post({ content }, { token: mine.secret });
    await t.post({ content: 'of the admin', agentId: 'dev-coder' });
    const first = await requests(t, `?limit=2&tokenId=${mine.id}`);
    expect(first.requests).toHaveLength(2);
    const rest = await requests(t, `?limit=2&tokenId=${mine.id}&cursor=${first.nextCursor}`);
    expect(rest).toMatchObject({ requests: [{ tokenId: mine.id }], nextCursor: null });
    expect((await requests(t, '?agentId=dev-coder')).requests).toHaveLength(1);
    expect((await requests(t, '?via=ws')).requests).toHaveLength(0);
    expect((await requests(t, '?status=failed')).requests).toHaveLength(0);
    expect((await t.call('GET', '/api/v1/requests?cursor=x', { token: t.admin })).status).toBe(400);
  });

  it('shows everyone their own only', async () => {
    const t = await start(await echo());
    const [mine, theirs] = [
      await t.mint({ scopes: ['messages', 'requests', 'usage'] }),
      await t.mint({ scopes: ['messages', 'requests'] }),
    ];
    const { json } = await t.post({ content: 'mine' }, { token: mine.secret });
    expect((await requests(t, '', theirs.secret)).requests).toEqual([]);
    expect((await requests(t, `?tokenId=${mine.id}`, theirs.secret)).requests).toEqual([]);
    expect((await t.call('GET', `/api/v1/requests/${json.messageId}`, { token: theirs.secret })).json.error.code).toBe('MESSAGE_UNKNOWN');
    expect((await requests(t, '', mine.secret)).requests).toHaveLength(1);
    expect((await t.call('GET', '/api/v1/usage', { token: mine.secret })).json.rows).toHaveLength(1);
  });

  it('opens one with its secrets masked, and shows what went wrong', async () => {
    const t = await start(await failing());
    const { json } = await t.post({ content: 'my key is sk-abcdefghijklmnopqrstuvwx' });
    const opened = (await t.call('GET', `/api/v1/requests/${json.messageId}`, { token: t.admin })).json;
    expect(opened).toMatchObject({
      request: { status: 'failed', traceId: json.traceId },
      body: 'my key is [redacted]',
      error: { code: 'MODEL_AUTH' },
    });
  });

  it('masks what a tool was given and gave, whatever shape it has', async () => {
    const key = 'sk-abcdefghijklmnopqrstuvwx';
    const given = { path: 'x', headers: { 'X-OpenClaw-Pin': 246_810, Authorization: `Bearer ${key}` }, list: [`?key=${key}`] };
    const upstream = await scriptModel((request) =>
      request.messages.some(({ role }) => role === 'tool')
        ? { kind: 'text', chunks: [`it says ${key}`] }
        : { kind: 'tools', calls: [{ id: 'call_1', name: 'file_read', arguments: given }] },
    );
    const t = await start(upstream);
    const { json } = await t.post({ content: 'read it' });
    const opened = await t.call('GET', `/api/v1/requests/${json.messageId}`, { token: t.admin });
    expect(opened).toMatchObject({
      status: 200,
      json: {
        reply: 'it says [redacted]',
        toolCalls: [
          {
            arguments: {
              path: 'x',
              headers: { 'X-OpenClaw-Pin': '[redacted]', Authorization: 'Bearer [redacted]' },
              list: ['?key=[redacted]'],
            },
          },
        ],
      },
    });
    expect(opened.text).not.toContain(key);
    expect(opened.text).not.toContain('246810');
  });

  it('shows a running one as far as it is', async () => {
    const { reply, release } = gated(['half ', 'done']);
    const t = await start(await scriptModel(() => reply));
    const { json } = await t.post({ content: 'slowly', wait: false });
    const ws = await t.ws();
    ws.send({ type: 'resume', sessionId: json.sessionId, afterSeq: 0, messageId: json.messageId, offset: 0 });
    release(1);
    await ws.waitFor((frame) => frame.type === 'delta');
    const opened = (await t.call('GET', `/api/v1/requests/${json.messageId}`, { token: t.admin })).json;
    expect(opened).toMatchObject({ request: { status: 'accepted', durationMs: null }, body: 'slowly', reply: 'half ' });
    release();
    await ws.waitFor((frame) => frame.type === 'response');
  });

  it('keeps no bodies where the configuration says so', async () => {
    const t = await start(await echo(), { retention: { requestBodies: 'off' } });
    const { json } = await t.post({ content: 'private' });
    const opened = (await t.call('GET', `/api/v1/requests/${json.messageId}`, { token: t.admin })).json;
    expect(opened).toMatchObject({ request: { status: 'completed' }, body: null, reply: null, toolCalls: [] });
  });
});

describe('usage', () => {
  it('sums turns, tokens, cost and time by day, agent, token and model', async () => {
    const t = await start(await echo());
    const other = await t.mint({ scopes: ['messages'] });
    await t.post({ content: 'a' });
    await t.post({ content: 'b', agentId: 'dev-coder' }, { token: other.secret });
    const usage = async (by: string) => (await t.call('GET', `/api/v1/usage?by=${by}`, { token: t.admin })).json;
    const days = await usage('day');
    expect(days.rows).toEqual([
      {
        key: days.to,
        turns: 2,
        failed: 0,
        inputTokens: 22,
        outputTokens: 14,
        costUsd: expect.closeTo(0.000156),
        durationMs: expect.any(Number),
      },
    ]);
    expect((await usage('agent')).rows.map(({ key, turns }: never) => [key, turns])).toEqual([
      ['dev-coder', 1],
      ['main', 1],
    ]);
    expect((await usage('token')).rows.map(({ key }: { key: string }) => key)).toContain(other.id);
    expect((await usage('model')).rows.map(({ key }: { key: string }) => key)).toEqual(['priced']);
  });

  it('counts what failed, and takes only days that are days', async () => {
    const t = await start(await failing());
    await t.post({ content: 'a' });
    expect((await t.call('GET', '/api/v1/usage', { token: t.admin })).json.rows).toMatchObject([{ turns: 1, failed: 1 }]);
    expect((await t.call('GET', '/api/v1/usage?from=2026-02-30', { token: t.admin })).status).toBe(400);
    expect((await t.call('GET', '/api/v1/usage?from=2026-03-02&to=2026-03-01', { token: t.admin })).status).toBe(400);
    expect((await t.call('GET', '/api/v1/usage?from=2020-01-01&to=2020-12-31', { token: t.admin })).json.rows).toEqual([]);
  });
});

/**
 * Prometheus' text format, as strictly as its own parser takes it: throws at the first line that is not.
 * @returns families by name, each series by its labels
 */
const parseMetrics = (text: string) => {
  expect(text).toMatch(/\n$/);
  const families = new Map<string, { readonly type: string; readonly series: Map<string, number> }>();
  let current = '';
  let helped = '';
  for (const line of text.trimEnd().split('\n')) {
    const [, keyword, named = '', rest = ''] = /^# (HELP|TYPE) ([a-z_:][a-z0-9_:]*) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') helped = named;
    else if (keyword === 'TYPE') {
      if (families.has(named) || helped !== named || !/^(counter|gauge|histogram)$/.test(rest)) throw new Error(line);
      current = named;
      families.set(named, { type: rest, series: new Map() });
    } else {
      const sample = /^([a-z_:][a-z0-9_:]*)(\{(?:[a-z_]\w*="(?:[^"\\\n]|\\[\\n"])*",?)+\})? (\S+)$/.exec(line);
      const { type = '', series = new Map<string, number>() } = families.get(current) ?? {};
      const suffix = sample?.[1]?.slice(current.length);
      const fits = sample?.[1]?.startsWith(current) && (type === 'histogram' ? /^_(bucket|sum|count)$/ : /^$/).test(suffix ?? '?');
      const value = Number(sample?.[3]);
      const key = `${suffix}${sample?.[2] ?? ''}`;
      if (!fits || Number.isNaN(value) || series.has(key)) throw new Error(line);
      series.set(key, value);
    }
  }
  return families;
};

describe('/metrics', () => {
  it('is what Prometheus parses: families whole, series once, buckets that grow to the count, counters that never fall', async () => {
    const t = await start(await echo());
    const read = async () => parseMetrics((await t.call('GET', '/metrics', { token: t.admin })).text);
    await t.post({ content: 'a' });
    await t.call('POST', '/api/v1/agents/main/invoke', { token: t.admin, json: { input: 'b' } });
    const before = await read();
    await t.post({ content: 'c', agentId: 'nobody' });
    await t.post({ content: 'd' });
    const after = await read();
    for (const [name, { type, series }] of before)
      if (type === 'counter')
        for (const [labels, value] of series) expect(after.get(name)?.series.get(labels), name).toBeGreaterThanOrEqual(value);
    const { series = new Map<string, number>() } = after.get('openclaw_turn_duration_seconds') ?? {};
    for (const via of ['rest', 'invoke']) {
      const buckets = [...series].filter(([labels]) => labels.startsWith(`_bucket{via="${via}"`)).map(([, value]) => value);
      expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
      expect(series.get(`_bucket{via="${via}",le="+Inf"}`)).toBe(series.get(`_count{via="${via}"}`));
    }
    expect(series.get('_count{via="rest"}')).toBe(2);
  });

  it('tells Prometheus what there is to know, to any token and to nobody else', async () => {
    const t = await start(await echo());
    await t.post({ content: 'a' });
    await t.call('GET', '/api/v1/sessions/no-such-session/messages', { token: t.admin });
    const { status, text, headers } = await t.call('GET', '/metrics', { token: await t.token('messages') });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('openclaw_turns_total{via="rest",status="completed"} 1\n');
    expect(text).toContain('openclaw_turn_duration_seconds_count{via="rest"} 1\n');
    expect(text).toContain('openclaw_model_tokens_total{direction="input"} 11\n');
    expect(text).toContain('openclaw_http_requests_total{method="POST",route="/api/v1/messages",status="200"} 1\n');
    expect(text).toContain('openclaw_http_requests_total{method="GET",route="/api/v1/sessions/{id}/messages",status="404"} 1\n');
    expect(text).not.toContain('no-such-session');
    expect((await t.call('GET', '/metrics')).status).toBe(401);
  });
});
