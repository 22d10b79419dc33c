import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { ChannelError } from '../channel-error.ts';
import { createFakeHost } from '../testing/index.ts';
import { ask, bytesOf, createInParts, errorOfAnswer, handOver, keepAlive, keepConnected, retryAfterMs, withFiles } from './index.ts';

const answer = (status: number, headers: Record<string, string> = {}) => ({ status, headers: new Headers(headers) });

it.each([
  [401, 'AUTH', false],
  [403, 'PEER', false],
  [404, 'PEER', false],
  [429, 'RATE_LIMIT', true],
  [500, 'NETWORK', true],
  [503, 'NETWORK', true],
  [400, 'INTERNAL', false],
])('an answer %i is %s', (status, code, retryable) => {
  expect(errorOfAnswer(answer(status), 'Example')).toMatchObject({ code, retryable });
});

it('reads how long to wait, in seconds or as a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(retryAfterMs(new Headers({ 'retry-after': '7' }))).toBe(7_000);
  expect(retryAfterMs(new Headers({ 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }), now)).toBe(9_000);
  expect(retryAfterMs(new Headers({ 'retry-after': 'soon' }))).toBeUndefined();
  expect(errorOfAnswer(answer(503, { 'retry-after': '2' }), 'Example')).toMatchObject({ code: 'NETWORK', retryAfterMs: 2_000 });
});

it('says why a platform does not answer, without its address', async () => {
  const failing = async () => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }));
  const asked = ask(failing, 'Example', 'https://example.com/bot123:secret/send');
  await expect(asked).rejects.toMatchObject({ code: 'NETWORK', message: 'Example does not answer (ECONNREFUSED).' });
});

it('waits longer after each failure, and starts anew when the platform has answered', async () => {
  vi.useFakeTimers();
  try {
    const stopping = new AbortController();
    const at: number[] = [];
    const started = Date.now();
    const kept = keepConnected({
      signal: stopping.signal,
      random: () => 1,
      connect: async (well) => {
        at.push(Date.now() - started);
        if (at.length === 4) well();
        if (at.length === 6) stopping.abort();
        throw new Error('lost');
      },
      lost: () => undefined,
    });
    await vi.runAllTimersAsync();
    await kept;
    expect(at).toEqual([0, 1_000, 3_000, 7_000, 8_000, 10_000]);
  } finally {
    vi.useRealTimers();
  }
});

it('ends where trying again is of no use', async () => {
  let tries = 0;
  await keepConnected({
    signal: new AbortController().signal,
    connect: async () => {
      tries += 1;
      throw new Error('refused');
    },
    lost: () => 'stop',
  });
  expect(tries).toBe(1);
});

it('goes on with a message of several parts where it stopped', async () => {
  const inParts = createInParts<string>();
  const sent: string[] = [];
  let down = true;
  const part = (name: string, fails: () => boolean) => async () => {
    if (fails()) throw new Error('down');
    sent.push(name);
    return name;
  };
  const parts = [part('text', () => false), part('file', () => down), part('another', () => false)];
  await expect(inParts('key', parts)).rejects.toThrow('down');
  down = false;
  expect(await inParts('key', parts)).toEqual(['text', 'file', 'another']);
  expect(sent).toEqual(['text', 'file', 'another']);
  expect(await inParts('key', [part('text', () => false)])).toEqual(['text']);
});

it('hands a message over again where the platform delivers it once', async () => {
  const host = createFakeHost();
  const ctx = host.context({ config: {} });
  host.answerMessagesBy('refuse');
  const handed = handOver(ctx, { id: '1', from: { id: 'ann' }, content: 'hello' });
  await host.until('refused once', () => host.logged.length > 0);
  host.answerMessagesBy('take');
  await handed;
  expect(host.heard.map(({ id }) => id)).toEqual(['1', '1']);
});

it('ends a connection that says nothing after a ping, and no other', () => {
  vi.useFakeTimers();
  try {
    const open = (answers: boolean) => {
      const socket = Object.assign(new EventEmitter(), {
        readyState: 1,
        ended: false,
        ping: () => void (answers && socket.emit('pong')),
        terminate: () => void Object.assign(socket, { ended: true }),
      });
      return { socket, rest: keepAlive(socket, 1_000) };
    };
    const [well, dead] = [open(true), open(false)];
    vi.advanceTimersByTime(2_500);
    expect([well.socket.ended, dead.socket.ended]).toEqual([false, true]);
    well.rest();
    dead.rest();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

describe('files that came with a message', () => {
  const message = { id: '1', from: { id: 'ann' }, content: 'look' };
  const file = (fetch: () => Promise<Uint8Array>) => [{ name: 'a.txt', type: 'text/plain', fetch }];
  const bytes = async () => new TextEncoder().encode('abc');
  const fails = (error: Error) => async () => Promise.reject(error);
  const take = (files: ReturnType<typeof file>, again: boolean) =>
    withFiles(createFakeHost().context({ config: {} }), message, files, { again });

  it('go with it', async () => {
    expect(await take(file(bytes), true)).toMatchObject({ content: 'look', attachments: [{ name: 'a.txt', type: 'text/plain', size: 3 }] });
    expect(await take([], true)).toEqual(message);
  });

  it('are named where they cannot be had, or come again with the message where that helps', async () => {
    const gone = fails(new ChannelError('PEER', 'Gone.'));
    const down = fails(new ChannelError('NETWORK', 'Down.'));
    const named = { content: 'look\n[a.txt could not be fetched]', attachments: [] };
    expect(await take(file(gone), true)).toMatchObject(named);
    expect(await take(file(fails(new TypeError('nonsense'))), true)).toMatchObject(named);
    expect(await take(file(down), false)).toMatchObject(named);
    await expect(take(file(down), true)).rejects.toThrow('Down.');
  });

  it('are read no further than they may be large, whatever the answer says', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1;
        controller.enqueue(new Uint8Array(1024));
      },
    });
    await expect(bytesOf(new Response(endless), 10 * 1024)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(sent).toBeLessThan(20);
    await expect(bytesOf(new Response('abc', { headers: { 'content-length': '99999' } }), 10)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
    expect(new TextDecoder().decode(await bytesOf(new Response('abc'), 3))).toBe('abc');
  });
});
