import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src-shared/contract/rest.ts';
import { openEventStream } from '../testing/http-client.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestGatewayOptions } from '../testing/test-gateway.ts';
import { type ChatRequest, lastUserText, type Reply, scriptModel } from '../testing/upstream.ts';

type Line = Readonly<Record<string, unknown>>;
const jsonl = (lines: readonly Line[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
const numbered = (count: number): Line[] => Array.from({ length: count }, (_, i) => ({ id: `n${i + 1}`, content: `line ${i + 1}` }));
const echo = (request: ChatRequest): Reply => ({ kind: 'text', chunks: ['re: ', lastUserText(request)] });

/** What one client can do with batches. */
const clientOf = (t: TestGateway, token: string) => {
  const send = (lines: readonly Line[] | string, query = '', headers = {}) =>
    t.call('POST', `/api/v1/batches${query}`, {
      token,
      headers: { 'Content-Type': 'application/jsonl', ...headers },
      body: typeof lines === 'string' ? lines : jsonl(lines),
    });
  const ask = (method: string, path: string) => t.call(method, `/api/v1/batches${path}`, { token });
  const begin = async (lines: readonly Line[], query = ''): Promise<string> => {
    const { status, json, text } = await send(lines, query);
    expect(status, text).toBe(202);
    return json.batch.id;
  };
  const get = async (id: string): Promise<Batch> => (await ask('GET', `/${id}`)).json.batch;
  const ended = async (id: string): Promise<Batch> => {
    await expect.poll(async () => (await get(id)).endedAt, { timeout: 30_000, interval: 20 }).not.toBeNull();
    return get(id);
  };
  const results = async (
    id: string,
  ): Promise<{ line: number; id?: string; status: string; finalReply: string; error?: { code: string } }[]> =>
    (await ask('GET', `/${id}/results`)).text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return { send, ask, begin, get, ended, results };
};

const start = async (script: (request: ChatRequest, count: number) => Reply = echo, options: TestGatewayOptions = {}) => {
  const upstream = await scriptModel(script);
  const t = await startTestGateway({ upstream, ...options });
  return { t, upstream, ...clientOf(t, await t.token('messages', 'sessions')) };
};

describe('a batch', () => {
  it('is answered line by line in the background; results keep the order and the names of the file', async () => {
    const { t, begin, ended, results, ask } = await start();
    const { send } = clientOf(t, t.admin);
    const id = await begin([...numbered(30), { content: 'elsewhere', agentId: 'dev-coder', sessionId: 'mine' }], '?name=first&parallel=3');
    expect(await ended(id)).toMatchObject({
      id,
      name: 'first',
      status: 'completed',
      total: 31,
      completed: 31,
      failed: 0,
      running: 0,
      parallel: 3,
    });
    const out = await results(id);
    expect(out.map(({ line, id }) => [line, id])).toEqual([...numbered(30).map(({ id }, i) => [i + 1, id]), [31, undefined]]);
    expect(out[4]).toMatchObject({
      status: 'completed',
      finalReply: 're: line 5',
      agentId: 'main',
      sessionId: expect.stringMatching(/^ses_/),
    });
    expect(out[30]).toMatchObject({ agentId: 'dev-coder', finalReply: 're: elsewhere' });
    expect((await ask('GET', `/${id}/results`)).headers['content-type']).toBe('application/jsonl');

    // The thousand sessions of a batch are no conversations; the one it named is.
    const list = async (query: string) => (await t.call('GET', `/api/v1/sessions${query}`, { token: t.admin })).json.sessions;
    expect((await list('')).map(({ name }: { name: string }) => name)).toEqual(['mine']);
    expect((await list('?channel=batch')).length).toBe(30);
    expect((await send('')).json.error.code).toBe('BATCH_INVALID');
  });

  it('is refused as a whole where line 7 of 10,000 is broken, and nothing of it is begun', async () => {
    const { t, send, ask, upstream } = await start(echo, { onDisk: true });
    const lines = numbered(10_000).map((line) => JSON.stringify(line));
    lines[6] = '{"content": "line 7"';
    lines[8_000] = '{"content": 5}';
    const { status, json } = await send(lines.join('\n'));
    expect(status).toBe(400);
    expect(json.error).toMatchObject({
      code: 'BATCH_INVALID',
      message: expect.stringMatching(/^Line 7: it is not valid JSON/),
      details: { line: 7, problems: [{ line: 7 }, { line: 8_001, message: expect.stringMatching(/^content: /) }] },
    });
    expect((await ask('GET', '')).json.batches).toEqual([]);
    expect(upstream.requests.length).toBe(0);
    await t.stop();
  });

  it('names the line whose agent there is not, and takes no more than a message has', async () => {
    const { send } = await start();
    expect((await send([{ content: 'a' }, { content: 'b', agentId: 'mian' }])).json.error).toMatchObject({
      code: 'BATCH_INVALID',
      message: expect.stringMatching(/^Line 2: .*mian/),
      details: { line: 2 },
    });
    for (const extra of [{ stream: true }, { wait: false }, { other: 1 }, { sessionId: '../x' }, { timeoutMs: 1 }])
      expect((await send([{ content: 'a', ...extra }])).json.error.message).toMatch(/^Line 1: /);
    expect((await send('{"content":"a"}', '', { 'Content-Type': 'application/json' })).status).toBe(415);
    expect((await send([{ content: 'a' }], '?parallel=33')).json.error.code).toBe('BAD_REQUEST');
  });

  it('goes on where a line fails, and says so', async () => {
    const { begin, ended, results } = await start((request) =>
      lastUserText(request) === 'line 2' ? { kind: 'error', status: 400, message: 'no' } : echo(request),
    );
    const id = await begin([...numbered(3), { content: 'x', sessionId: `ses_${'A'.repeat(43)}` }]);
    expect(await ended(id)).toMatchObject({ status: 'completed', completed: 2, failed: 2 });
    expect(await results(id)).toMatchObject([
      { line: 1, status: 'completed' },
      { line: 2, id: 'n2', status: 'failed', finalReply: '', error: { code: 'MODEL_REJECTED' } },
      { line: 3, status: 'completed' },
      { line: 4, status: 'failed', finalReply: '', messageId: '', toolCalls: [], error: { code: 'SESSION_UNKNOWN' } },
    ]);
  });

  it('runs lines of one session in the order of the file, and no more than it may at once', async () => {
    let running = 0;
    let most = 0;
    const { begin, ended, upstream } = await start((request) => ({
      kind: 'text',
      chunks: ['re: ', lastUserText(request)],
      gate: async (index) => {
        if (index > 0) {
          running -= 1;
          return;
        }
        running += 1;
        most = Math.max(most, running);
        await new Promise(setImmediate);
      },
    }));
    const lines = Array.from({ length: 40 }, (_, i) => ({ content: `${i}`, sessionId: `s${i % 2}` }));
    await ended(await begin(lines, '?parallel=4'));
    const said = upstream.requests.map(({ body }) => Number(lastUserText(body)));
    for (const parity of [0, 1])
      expect(said.filter((n) => n % 2 === parity)).toEqual(lines.map((_, i) => i).filter((n) => n % 2 === parity));
    await ended(await begin(numbered(40), '?parallel=3'));
    expect(most).toBeLessThanOrEqual(3);
  });

  it('keeps that order also where looking up takes longer for one than for the next', async () => {
    let release = (): void => undefined;
    const second = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { begin, ended, upstream } = await start(echo, {
      wrapDatabase: (database) => ({
        ...database,
        read: async (query) => {
          if (query.op !== 'turn.byIdempotencyKey') return database.read(query);
          if (query.key.endsWith(':2')) release();
          if (query.key.endsWith(':1')) await second;
          const result = await database.read(query);
          if (query.key.endsWith(':1')) for (let round = 0; round < 20; round += 1) await new Promise(setImmediate);
          return result;
        },
      }),
    });
    await ended(
      await begin(
        [1, 2, 3].map((n) => ({ content: `${n}`, sessionId: 's' })),
        '?parallel=2',
      ),
    );
    expect(upstream.requests.map(({ body }) => lastUserText(body))).toEqual(['1', '2', '3']);
  });

  it('leaves half of what may run at once to others, however many there are', async () => {
    const { t, begin, upstream } = await start(
      (request) => (lastUserText(request).startsWith('line') ? { kind: 'never' } : { kind: 'text', chunks: ['quick'] }),
      { config: { gateway: { limits: { sessionsRunning: 4 } } } },
    );
    await Promise.all([begin(numbered(10), '?parallel=8'), begin(numbered(10), '?parallel=8')]);
    await upstream.requested(2);
    expect((await t.post({ content: 'me' })).json.finalReply).toBe('quick');
    expect(upstream.requests.length).toBe(3);
  });

  it('is cancelled half-way: what runs is cancelled, what waits never begins', async () => {
    const { begin, ask, get, results, upstream, t } = await start((request, count) => (count <= 5 ? echo(request) : { kind: 'never' }));
    const id = await begin(numbered(100), '?parallel=2');
    await upstream.requested(7);
    expect(await get(id)).toMatchObject({ status: 'running', completed: 5, running: 2 });
    const { batch } = (await ask('DELETE', `/${id}`)).json;
    expect(batch).toMatchObject({ status: 'cancelled', completed: 5, failed: 95, running: 0, endedAt: expect.any(Number) });
    expect(upstream.requests.length).toBe(7);
    expect((await t.call('GET', '/api/v1/status', { token: t.admin })).json.queue).toEqual({ running: 0, waiting: 0 });
    expect((await results(id)).map(({ status }) => status)).toEqual([...Array(5).fill('completed'), ...Array(95).fill('cancelled')]);
    // Once more, and after its end: the same.
    expect((await ask('DELETE', `/${id}`)).json.batch).toEqual(await get(id));
  });

  it('tells its progress as events, to the end', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { t, begin, get } = await start((request) => ({ kind: 'text', chunks: [lastUserText(request)], gate: () => opened }));
    const id = await begin(numbered(20));
    const stream = await openEventStream(t.base, 'GET', `/api/v1/batches/${id}`, { token: t.admin });
    const batches = () => stream.events.map((event) => (event as unknown as { batch: Batch }).batch);
    await expect.poll(() => batches().length).toBeGreaterThan(0);
    open();
    await stream.ended;
    expect(batches()[0]).toMatchObject({ id, status: 'running', completed: 0 });
    expect(batches().at(-1)).toEqual(await get(id));
    expect(batches().at(-1)).toMatchObject({ status: 'completed', completed: 20 });
    // Far fewer than there were changes.
    expect(batches().length).toBeLessThan(20);
    const late = await openEventStream(t.base, 'GET', `/api/v1/batches/${id}`, { token: t.admin });
    await late.ended;
    expect(late.events.length).toBe(1);
  });

  it('belongs to its token: others know nothing of it, admins all', async () => {
    const { t, begin, ended, ask } = await start();
    const id = await begin([{ content: 'a' }]);
    await ended(id);
    const other = clientOf(t, await t.token('messages'));
    const theirs = await other.begin([{ content: 'b' }]);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/results'],
      ['DELETE', ''],
    ] as const)
      expect((await other.ask(method, `/${id}${path}`)).json.error.code).toBe('BATCH_UNKNOWN');
    const listed = async (answer: ReturnType<typeof ask>) => (await answer).json.batches.map((batch: Batch) => batch.id);
    expect(await listed(ask('GET', ''))).toEqual([id]);
    const admin = clientOf(t, t.admin);
    expect((await listed(admin.ask('GET', ''))).sort()).toEqual([id, theirs].sort());
    const first = (await admin.ask('GET', '?limit=1')).json;
    const second = (await admin.ask('GET', `?limit=1&cursor=${first.nextCursor}`)).json;
    expect([first.batches[0].id, second.batches[0].id].sort()).toEqual([id, theirs].sort());
    expect((await admin.ask('GET', '?cursor=x')).json.error.code).toBe('BAD_REQUEST');
    for (const bad of ['bat_x', `bat_${'x'.repeat(23)}`, '..%2fx']) expect([400, 404]).toContain((await ask('GET', `/${bad}`)).status);
    const apiKey = (await t.mint({ kind: 'api-key' })).secret;
    expect((await clientOf(t, apiKey).send([{ content: 'c' }])).status).toBe(202);
    expect((await clientOf(t, await t.token('sessions')).send([{ content: 'd' }])).json.error.code).toBe('SCOPE_MISSING');
  });

  it('that is sent again under its Idempotency-Key runs once', async () => {
    const { t, send, ended, upstream, ask } = await start();
    const key = { 'Idempotency-Key': 'batch-1' };
    const [one, two] = await Promise.all([send(numbered(5), '', key), send(numbered(5), '', key)]);
    expect([one.status, two.status]).toEqual([202, 202]);
    expect(two.json.batch.id).toBe(one.json.batch.id);
    await ended(one.json.batch.id);
    expect((await send(numbered(5), '', key)).json.batch).toMatchObject({ id: one.json.batch.id, status: 'completed' });
    expect((await send(numbered(6), '', key)).json.error.code).toBe('IDEMPOTENCY_CONFLICT');
    expect((await send('{"content":1}', '', { 'Idempotency-Key': 'batch-2' })).json.error.code).toBe('BATCH_INVALID');
    expect((await send(numbered(1), '', { 'Idempotency-Key': 'batch-2' })).status).toBe(202);
    expect((await clientOf(t, t.admin).send(numbered(6), '', key)).json.batch.id).not.toBe(one.json.batch.id);
    expect((await ask('GET', '')).json.batches.length).toBe(2);
    expect(upstream.requests.filter(({ body }) => lastUserText(body) === 'line 5').length).toBeLessThanOrEqual(2);
  });

  it('ends with its token', async () => {
    const { t, upstream } = await start((request, count) => (count <= 3 ? echo(request) : { kind: 'never' }));
    const { id: tokenId, secret } = await t.mint({ scopes: ['messages'] });
    const id = await clientOf(t, secret).begin(numbered(20), '?parallel=2');
    await upstream.requested(5);
    expect((await t.call('DELETE', `/api/v1/tokens/${tokenId}`, { token: t.admin })).status).toBe(200);
    expect(await clientOf(t, t.admin).ended(id)).toMatchObject({ status: 'cancelled', completed: 3, failed: 17 });
    expect(upstream.requests.length).toBe(5);
  });

  it('waits while an operator holds it back, and then goes on', async () => {
    let never = true;
    const { t, begin, get, ended, upstream } = await start((request, count) => (never && count > 3 ? { kind: 'never' } : echo(request)));
    const id = await begin(numbered(10), '?parallel=2');
    await upstream.requested(5);
    never = false;
    expect((await t.call('POST', '/api/v1/stop', { token: t.admin, json: { what: 'all' } })).json.cancelled).toBe(2);
    await expect.poll(async () => (await get(id)).status).toBe('paused');
    expect(await get(id)).toMatchObject({ completed: 3, failed: 2, running: 0, endedAt: null });
    await t.call('POST', '/api/v1/start', { token: t.admin, json: { what: 'all' } });
    expect(await ended(id)).toMatchObject({ status: 'completed', completed: 8, failed: 2 });
  });

  it('can be cancelled while it is held back', async () => {
    const { t, begin, get, ask } = await start((_request, count) => (count > 1 ? { kind: 'never' } : { kind: 'text', chunks: ['x'] }));
    await t.call('POST', '/api/v1/stop', { token: t.admin, json: { what: 'all' } });
    const id = await begin(numbered(4));
    await expect.poll(async () => (await get(id)).status).toBe('paused');
    expect((await ask('DELETE', `/${id}`)).json.batch).toMatchObject({ status: 'cancelled', completed: 0, failed: 4 });
  });
});

describe('a batch and the end of the gateway', () => {
  /** Two things vouch for a line that has begun: its turn stands beside it, and the turn stands under its key. Each has to do alone. */
  it.each<[string, number, boolean]>([
    ['and no line runs twice', 0, true],
    ['also two days later, when no key is looked for any more', 48 * 3_600_000, true],
    ['also where it was not written down which lines had begun', 0, false],
  ])('goes on at the next start, %s', async (_how, laterMs, notesTurns) => {
    const home = createTestHome();
    const clock = createManualClock(Date.now());
    const answered: string[] = [];
    const upstream = await scriptModel((request, count) => {
      if (count > 5 && count <= 8) return { kind: 'never' };
      answered.push(lastUserText(request));
      return echo(request);
    });
    const accepted = new Set<string>();
    const first = await startTestGateway({
      home,
      upstream,
      clock,
      wrapDatabase: (database) => ({
        ...database,
        write: async (writes) => {
          if (!notesTurns && writes.some((write) => write.op === 'batch.line' && write.status === 'started')) throw new Error('not noted');
          const results = await database.write(writes);
          for (const write of writes) if (write.op === 'turn.insert') accepted.add(write.turn.messageId);
          return results;
        },
      }),
    });
    const secret = (await first.mint({ scopes: ['messages'] })).secret;
    const id = await clientOf(first, secret).begin(numbered(30), '?parallel=3');
    await upstream.requested(8);
    // What runs for a second is on the disk.
    clock.advance(1_000);
    await expect.poll(() => accepted.size).toBe(8);
    await first.stop();
    clock.advance(laterMs);

    const turns = new Set<string>(accepted);
    const second = await startTestGateway({
      home,
      upstream,
      clock,
      wrapDatabase: (database) => ({
        ...database,
        write: (writes) => {
          for (const write of writes) if (write.op === 'turn.insert') turns.add(write.turn.messageId);
          return database.write(writes);
        },
      }),
    });
    const again = clientOf(second, secret);
    expect(await again.ended(id)).toMatchObject({ status: 'completed', completed: 30, failed: 0 });
    expect([...answered].sort()).toEqual(
      numbered(30)
        .map(({ content }) => content as string)
        .sort(),
    );
    expect(turns.size).toBe(30);
    expect((await again.results(id)).map(({ finalReply }) => finalReply)).toEqual(numbered(30).map(({ content }) => `re: ${content}`));
  });

  it('is cancelled at the next start where its token ran out meanwhile', async () => {
    const home = createTestHome();
    const clock = createManualClock(Date.now());
    const upstream = await scriptModel(() => ({ kind: 'never' }));
    const first = await startTestGateway({ home, upstream, clock });
    const { secret } = await first.mint({ scopes: ['messages'], expiresIn: '1h' });
    const id = await clientOf(first, secret).begin(numbered(5), '?parallel=2');
    await upstream.requested(2);
    await first.stop();
    clock.advance(3_700_000);
    const second = await startTestGateway({ home, upstream, clock });
    expect(await clientOf(second, second.admin).ended(id)).toMatchObject({ status: 'cancelled', failed: 5 });
    expect(upstream.requests.length).toBe(2);
  });

  it('leaves nothing of one that was not acknowledged', async () => {
    const home = createTestHome();
    const first = await startTestGateway({ home });
    let database: Parameters<NonNullable<TestGatewayOptions['wrapDatabase']>>[0] | null = null;
    await first.stop();
    const second = await startTestGateway({
      home,
      wrapDatabase: (opened) => {
        database = opened;
        return opened;
      },
    });
    const id = `bat_${'l'.repeat(22)}`;
    const row = {
      id,
      ownerId: 'local',
      name: '',
      parallel: 1,
      total: 0,
      createdAt: 1,
      endedAt: null,
      idempotencyKey: null,
      bodyHash: null,
    };
    await database!.write([
      { op: 'batch.insert', batch: { ...row, status: 'loading' } },
      { op: 'batch.lines', batchId: id, firstLine: 1, lines: [{ clientId: null, request: '{"content":"x"}' }] },
    ]);
    expect((await clientOf(second, second.admin).ask('GET', `/${id}`)).json.error.code).toBe('BATCH_UNKNOWN');
    await second.stop();
    await startTestGateway({
      home,
      wrapDatabase: (opened) => {
        database = opened;
        return opened;
      },
    });
    expect(await database!.read({ op: 'batch.get', id })).toBeNull();
  });
});
