import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createStore } from 'zustand/vanilla';
import type { ServerFrame } from '../../src-shared/contract/ws.ts';
import { type FakeGateway, response, startFakeGateway } from '../testing/fake-gateway.ts';
import { until } from '../testing/until.ts';
import { createConnect } from './connect-socket.ts';
import { createEventSocket, type EventSocket } from './event-socket.ts';
import { createHttpClient } from './http-client.ts';

let gateway: FakeGateway;
let undo: (() => void)[] = [];

beforeEach(async () => {
  gateway = await startFakeGateway();
});
afterEach(async () => {
  for (const one of undo) one();
  undo = [];
  await gateway.stop();
});

/** Everything the socket let through, as a page would show it. */
const listen = (socket: EventSocket) => {
  const heard = createStore<{ readonly frames: readonly ServerFrame[]; readonly text: string }>(() => ({ frames: [], text: '' }));
  undo.push(
    socket.onFrame((frame) =>
      heard.setState(({ frames, text }) => ({
        frames: [...frames, frame],
        text: frame.type === 'delta' ? text + frame.content : frame.type === 'status' && frame.state === 'restarted' ? '' : text,
      })),
    ),
  );
  return heard;
};

const open = (options: { heartbeat?: { everyMs: number; answerWithinMs: number } } = {}): EventSocket => {
  const http = createHttpClient({ baseUrl: gateway.url, fetch, token: async () => 'token', onSignedOut: () => undefined });
  const socket = createEventSocket({
    connect: createConnect({ http, baseUrl: gateway.url, openSocket: (url) => new WebSocket(url) as never }),
    topics: ['sessions'],
    now: () => Date.now(),
    random: () => 0,
    backOff: { firstMs: 2, longestMs: 4 },
    ...options,
  });
  undo.push(socket.start());
  return socket;
};

const message = (id = 'one') => ({ type: 'message', content: 'hi', id, idempotencyKey: id, stream: true, sessionId: 'mine' }) as const;
const ended = ({ frames }: { readonly frames: readonly ServerFrame[] }): boolean => frames.some(({ type }) => type === 'response');

describe('event socket', () => {
  it('opens with a ticket and subscribes', async () => {
    await until(open().state, ({ phase }) => phase === 'online');
    expect(gateway.requests).toMatchObject([{ method: 'POST', path: '/api/v1/tickets', authorization: 'Bearer token' }]);
  });

  const pieces = ['Good ', 'morn', 'ing', ', 世', '界 🦞', '!'];
  // queued, thinking, six deltas, a response: cut before each, and after all.
  it.each(Array.from({ length: 10 }, (_, index) => index))('loses and doubles nothing when cut after %i frames', async (cutAfter) => {
    const socket = open();
    const heard = listen(socket);
    await until(socket.state, ({ phase }) => phase === 'online');
    gateway.cutAfter(cutAfter);
    socket.sendMessage(message());
    const turn = await gateway.nextTurn();
    turn.state('thinking');
    for (const piece of pieces) {
      turn.delta(piece);
      // The connection breaks somewhere here and comes back while the turn goes on.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(socket.state, ({ phase }) => phase === 'online');
    turn.say(response(pieces.join('')));
    await until(heard, ended);
    expect(heard.getState().frames.filter(({ type }) => type === 'response')).toHaveLength(1);
    // Deltas not heard before the end are in the response; what was heard must be a beginning of it.
    expect(pieces.join('').startsWith(heard.getState().text)).toBe(true);
  });

  it('catches up on a running reply from the very character', async () => {
    const socket = open();
    const heard = listen(socket);
    socket.sendMessage(message());
    const turn = await gateway.nextTurn();
    turn.delta('one ');
    await until(heard, ({ text }) => text === 'one ');
    gateway.cut();
    await until(socket.state, ({ phase }) => phase !== 'online');
    turn.delta('two ');
    await until(heard, ({ text }) => text === 'one two ');
    turn.delta('three');
    await until(heard, ({ text }) => text === 'one two three');
    expect(gateway.received.findLast(({ type }) => type === 'resume')).toMatchObject({ messageId: turn.messageId, offset: 4 });
  });

  it('drops what was said when the reply begins again after a restart', async () => {
    const socket = open();
    const heard = listen(socket);
    socket.sendMessage(message());
    const turn = await gateway.nextTurn();
    turn.delta('a wrong beginning');
    await until(heard, ({ text }) => text !== '');
    gateway.cut();
    turn.restart();
    turn.delta('right');
    await until(heard, ({ text }) => text === 'right');
  });

  it('sends a message again that nothing answered, and it runs once', async () => {
    const socket = open();
    const heard = listen(socket);
    await until(socket.state, ({ phase }) => phase === 'online');
    gateway.cutAfter(0);
    socket.sendMessage(message());
    const turn = await gateway.nextTurn();
    turn.delta('once');
    await until(heard, ({ text }) => text === 'once');
    turn.say(response('once'));
    await until(heard, ended);
    const sent = gateway.received.filter((frame) => frame.type === 'message');
    expect(sent).toHaveLength(2);
    expect(sent[0]).toEqual(sent[1]);
  });

  it('keeps what is sent while there is no connection', async () => {
    const socket = open();
    socket.sendMessage(message());
    expect((await gateway.nextTurn()).content).toBe('hi');
  });

  it('gives up a connection that has gone silent', async () => {
    const socket = open({ heartbeat: { everyMs: 10, answerWithinMs: 5_000 } });
    await until(socket.state, ({ phase }) => phase === 'online');
    const silent = createEventSocket({
      connect: async () => {
        const never = { send: () => undefined, close: () => undefined, onopen: null, onmessage: null, onclose: null, onerror: null };
        setImmediate(() => (never as { onopen: (() => void) | null }).onopen?.());
        return never;
      },
      topics: [],
      now: () => 0,
      random: () => 0,
      heartbeat: { everyMs: 1, answerWithinMs: 1 },
    });
    undo.push(silent.start());
    await until(silent.state, ({ phase }) => phase === 'offline');
    // The other one pings, is answered, and is still there.
    await gateway.nextFrame('ping');
    await gateway.nextFrame('ping');
    expect(socket.state.getState().phase).toBe('online');
  });

  it('gives up a connection that never opens', async () => {
    const socket = createEventSocket({
      connect: () => new Promise(() => undefined),
      topics: [],
      now: () => 0,
      random: () => 0,
      heartbeat: { everyMs: 5_000, answerWithinMs: 1 },
    });
    undo.push(socket.start());
    await until(socket.state, ({ phase }) => phase === 'offline');
  });

  it('says when it will try again, waits longer each time, and tries at once when asked', async () => {
    const waits: number[] = [];
    const socket = createEventSocket({
      connect: () => Promise.reject(new Error('refused')),
      topics: [],
      now: () => 0,
      random: () => 1,
      backOff: { firstMs: 1, longestMs: 4 },
    });
    undo.push(socket.state.subscribe(({ retryAt }) => retryAt !== null && waits.push(retryAt)));
    undo.push(socket.start());
    await until(socket.state, () => waits.length >= 4);
    expect(waits.slice(0, 4)).toEqual([1, 2, 4, 4]);
    socket.reconnectNow();
    expect(socket.state.getState().phase).toBe('connecting');
  });

  it('keeps a subscription over a reconnect, until it is undone', async () => {
    const socket = open();
    const stop = socket.subscribe('logs', { level: 'debug' });
    await until(socket.state, ({ phase }) => phase === 'online');
    const asked = () =>
      gateway.received.flatMap((frame) => (frame.type === 'subscribe' && frame.topics.includes('logs') ? [frame.level] : []));
    await vi.waitFor(() => expect(asked()).toEqual(['debug']));
    gateway.cut();
    await vi.waitFor(() => expect(asked()).toEqual(['debug', 'debug']));
    const undone = gateway.nextFrame('unsubscribe');
    stop();
    expect(await undone).toMatchObject({ topics: ['logs'] });
    gateway.cut();
    await until(socket.state, ({ phase }) => phase !== 'online');
    await until(socket.state, ({ phase }) => phase === 'online');
    socket.subscribe('status');
    await vi.waitFor(() => expect(gateway.received).toContainEqual({ type: 'subscribe', topics: ['status'] }));
    expect(asked()).toEqual(['debug', 'debug']);
  });

  it('follows a session that others speak in', async () => {
    gateway.addSession({ id: 'theirs' });
    const [one, other] = [open(), open()];
    const heard = listen(other);
    other.follow({ refs: ['theirs'], lastSeq: 0 });
    one.sendMessage({ ...message(), sessionId: 'theirs' });
    const turn = await gateway.nextTurn();
    await until(other.state, ({ phase }) => phase === 'online');
    other.follow({ refs: ['theirs'], lastSeq: 1, running: [{ messageId: turn.messageId, offset: 0 }] });
    turn.delta('for both');
    await until(heard, ({ text }) => text === 'for both');
  });
});
