import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { LogLine } from '../../../src-shared/contract/rest.ts';
import { createConnect } from '../../api/connect-socket.ts';
import { createEventSocket, type EventSocket } from '../../api/event-socket.ts';
import { createHttpClient } from '../../api/http-client.ts';
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts';
import { type FakeLogs, fakeLine, serveFakeLogs } from '../../testing/fake-logs.ts';
import { until } from '../../testing/until.ts';
import { createLogsStore, type LogsStore } from './logs-store.ts';
import { SlowPatternError } from './regex-tester.ts';

let gateway: FakeGateway;
let logs: FakeLogs;
let socket: EventSocket;
let undo: (() => void)[] = [];

beforeEach(async () => {
  gateway = await startFakeGateway();
  logs = serveFakeLogs(gateway);
});
afterEach(async () => {
  for (const one of undo.reverse()) one();
  undo = [];
  await gateway.stop();
});

const slowPattern = '(a+)+$';
const open = async (options: { readonly capacity?: number; readonly waitFor?: 'ready' | 'failed' } = {}): Promise<LogsStore> => {
  const http = createHttpClient({ baseUrl: gateway.url, fetch, token: async () => 'token', onSignedOut: () => undefined });
  socket = createEventSocket({
    connect: createConnect({ http, baseUrl: gateway.url, openSocket: (url) => new WebSocket(url) as never }),
    topics: [],
    now: () => Date.now(),
    random: () => 0,
    backOff: { firstMs: 2, longestMs: 4 },
  });
  undo.push(socket.start());
  const store = createLogsStore({
    http,
    socket,
    regexTester: async ({ pattern, texts }) => {
      if (pattern === slowPattern) throw new SlowPatternError();
      return texts.map((text) => new RegExp(pattern, 'i').test(text));
    },
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    ...options,
  });
  undo.push(store.open());
  await until(store, ({ phase }) => phase === (options.waitFor ?? 'ready'));
  return store;
};
const seqs = (store: LogsStore): number[] => store.getState().view.rows.map(({ line }) => line.seq);
const shows = (store: LogsStore, expected: readonly number[]): Promise<void> => vi.waitFor(() => expect(seqs(store)).toEqual(expected));
const range = (from: number, to: number, known: Partial<LogLine> = {}): LogLine[] =>
  Array.from({ length: to - from + 1 }, (_, index) => fakeLine(from + index, known));
const numbers = (from: number, to: number): number[] => range(from, to).map(({ seq }) => seq);
const following = (): Promise<void> =>
  vi.waitFor(() => expect(gateway.received.filter((frame) => frame.type === 'subscribe' && frame.topics.includes('logs'))).not.toEqual([]));

describe('the logs page', () => {
  it('shows what there is, then what comes, each line once', async () => {
    logs.lines.push(...range(1, 5));
    const store = await open();
    await following();
    logs.say(range(6, 7));
    await shows(store, numbers(1, 7));
  });

  it('goes back page by page, and to the beginning at one stroke', async () => {
    logs.lines.push(...range(1, 9_000));
    const store = await open();
    await shows(store, numbers(7_001, 9_000));
    await store.loadOlder();
    expect(seqs(store)).toEqual(numbers(5_001, 9_000));
    await store.loadAll();
    expect(seqs(store)).toEqual(numbers(1, 9_000));
    expect(store.getState().older).toBeNull();
  });

  it('keeps as many as it has room for', async () => {
    logs.lines.push(...range(1, 9_000));
    const store = await open({ capacity: 5_000 });
    await store.loadAll();
    expect(seqs(store)).toEqual(numbers(4_001, 9_000));
  });

  it('has every line once, whenever the connection breaks', async () => {
    logs.lines.push(...range(1, 3));
    const store = await open();
    await following();
    logs.say(range(4, 5));
    await shows(store, numbers(1, 5));
    gateway.cut();
    await until(socket.state, ({ phase }) => phase !== 'online');
    logs.lines.push(...range(6, 5_000));
    await until(socket.state, ({ phase }) => phase === 'online');
    await shows(store, numbers(1, 5_000));
    logs.say(range(5_001, 5_001));
    await shows(store, numbers(1, 5_001));
    expect(store.getState().gap).toBe(false);
  });

  it('says so where what was missed cannot be fetched, and goes on', async () => {
    logs.lines.push(...range(1, 3));
    const store = await open();
    await following();
    await shows(store, numbers(1, 3));
    gateway.answers.set('GET /api/v1/logs', { status: 503, body: 'no' });
    gateway.cut();
    await until(socket.state, ({ phase }) => phase !== 'online');
    logs.lines.push(...range(4, 9));
    await until(store, ({ gap }) => gap);
    logs.say(range(10, 11));
    await shows(store, [1, 2, 3, 10, 11]);
  });

  it('counts what was dropped for it', async () => {
    const store = await open();
    await following();
    logs.say(range(1, 2), 40);
    logs.say(range(43, 43), 2);
    await shows(store, [1, 2, 43]);
    expect(store.getState().dropped).toBe(42);
  });

  it('stands still while paused, counts what passes the filters, and shows it when it goes on', async () => {
    logs.lines.push(...range(1, 2));
    const store = await open();
    await following();
    store.setPaused(true);
    store.filter({ level: 'warn' });
    store.filter({ level: 'info', query: 'line' });
    logs.say([fakeLine(3), fakeLine(4, { message: 'another' }), fakeLine(5)]);
    await until(store, ({ waiting }) => waiting === 2);
    expect(seqs(store)).toEqual([1, 2]);
    store.setPaused(false);
    await shows(store, [1, 2, 3, 5]);
    expect(store.getState().waiting).toBe(0);
  });

  it('filters by level, source, token and trace, and offers the sources and tokens it has seen', async () => {
    const trace = 'f'.repeat(32);
    logs.lines.push(
      fakeLine(1, { level: 'warn' }),
      fakeLine(2, { source: 'http', token: 'tok_b' }),
      fakeLine(3, { token: 'tok_a', traceId: trace }),
      fakeLine(4, { level: 'error', source: 'http', traceId: trace }),
    );
    const store = await open();
    const filtered = async (change: Parameters<typeof store.filter>[0]) => {
      store.filter({ level: 'info', source: null, token: null, trace: null, ...change });
      await until(store, ({ view }) => !view.searching);
      return seqs(store);
    };
    expect(await filtered({ level: 'warn' })).toEqual([1, 4]);
    expect(await filtered({ source: 'http' })).toEqual([2, 4]);
    expect(await filtered({ token: 'tok_a' })).toEqual([3]);
    expect(await filtered({ trace })).toEqual([3, 4]);
    expect(await filtered({ trace, level: 'error' })).toEqual([4]);
    expect(store.getState()).toMatchObject({ sources: ['http', 'turn'], tokens: ['tok_a', 'tok_b'] });
  });

  it('searches every field for words and patterns, upper or lower case', async () => {
    logs.lines.push(
      fakeLine(1, { message: 'Turn Completed' }),
      fakeLine(2, { fields: { code: 'MODEL_AUTH', nested: { deep: 7 } } }),
      fakeLine(3, { message: 'a.b' }),
      fakeLine(4, { message: 'axb' }),
    );
    const store = await open();
    const found = async (query: string, regex = false) => {
      store.filter({ query, regex });
      await until(store, ({ view }) => !view.searching);
      return seqs(store);
    };
    expect(await found('turn comp')).toEqual([1]);
    expect(await found('code=model_auth')).toEqual([2]);
    expect(await found('"deep":7')).toEqual([2]);
    expect(await found('a.b')).toEqual([3]);
    expect(await found('a.b', true)).toEqual([3, 4]);
    expect(await found('^(turn|axb)', true)).toEqual([1, 4]);
  });

  it('says what is wrong with a pattern and goes on with the last good one', async () => {
    logs.lines.push(fakeLine(1, { message: 'one' }), fakeLine(2, { message: 'two' }));
    const store = await open();
    store.filter({ query: 'two', regex: true });
    await shows(store, [2]);
    store.filter({ query: 'two(' });
    expect(store.getState().problem).toMatchObject({ kind: 'invalid', words: expect.stringContaining('Unterminated group') });
    expect(seqs(store)).toEqual([2]);
    store.filter({ query: 'one' });
    await shows(store, [1]);
    expect(store.getState().problem).toBeNull();
  });

  it('gives up a pattern that is too slow, says so, and shows the lines without it', async () => {
    logs.lines.push(...range(1, 3));
    const store = await open();
    await following();
    store.filter({ query: slowPattern, regex: true });
    await until(store, ({ problem }) => problem?.kind === 'slow');
    logs.say(range(4, 4));
    await shows(store, [1, 2, 3, 4]);
  });

  it('asks for debug lines only while they are wished for, and for nothing once the page is closed', async () => {
    logs.lines.push(fakeLine(1), fakeLine(2, { level: 'debug' }), fakeLine(3));
    const store = await open();
    await shows(store, [1, 3]);
    await following();
    store.filter({ level: 'debug' });
    await shows(store, [1, 2, 3]);
    store.filter({ level: 'warn' });
    await shows(store, []);
    const levels = () => gateway.received.flatMap((frame) => (frame.type === 'subscribe' && frame.level ? [frame.level] : []));
    await vi.waitFor(() => expect(levels()).toEqual(['info', 'debug', 'info']));
    const unsubscribed = gateway.nextFrame('unsubscribe');
    undo.pop()?.();
    expect(await unsubscribed).toMatchObject({ topics: ['logs'] });
    logs.lines.push(...range(4, 6, { level: 'error' }));
    undo.push(store.open());
    await shows(store, [4, 5, 6]);
  });

  it('says what keeps it from the logs, and tries again', async () => {
    const error = { code: 'SCOPE_MISSING', message: 'This needs the scope logs.', retryable: false, traceId: 'trace' };
    gateway.answers.set('GET /api/v1/logs', { status: 403, body: { error } });
    const store = await open({ waitFor: 'failed' });
    expect(store.getState().error?.code).toBe('SCOPE_MISSING');
    gateway.answers.delete('GET /api/v1/logs');
    logs.lines.push(...range(1, 2));
    store.retry();
    await shows(store, [1, 2]);
  });

  it('can be cleared, and shows what comes then', async () => {
    logs.lines.push(...range(1, 3));
    const store = await open();
    await following();
    store.clear();
    expect(seqs(store)).toEqual([]);
    logs.say(range(4, 4));
    await shows(store, [4]);
  });
});
