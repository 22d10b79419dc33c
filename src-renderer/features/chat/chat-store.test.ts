import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createConnect } from '../../api/connect-socket.ts';
import { createEventSocket } from '../../api/event-socket.ts';
import { createHttpClient } from '../../api/http-client.ts';
import { type FakeGateway, response, startFakeGateway } from '../../testing/fake-gateway.ts';
import { until } from '../../testing/until.ts';
import { isActive, type Turn } from '../../turn/thread.ts';
import { type ChatState, type ChatStore, createChatStore, openThread } from './chat-store.ts';

let gateway: FakeGateway;
let chat: ChatStore;
let undo: (() => void)[] = [];

beforeEach(async () => {
  gateway = await startFakeGateway();
  chat = openChat();
});
afterEach(async () => {
  for (const one of undo) one();
  undo = [];
  await gateway.stop();
});

const openChat = (): ChatStore => {
  const http = createHttpClient({ baseUrl: gateway.url, fetch, token: async () => 'token', onSignedOut: () => undefined });
  const socket = createEventSocket({
    connect: createConnect({ http, baseUrl: gateway.url, openSocket: (url) => new WebSocket(url) as never }),
    topics: ['sessions'],
    now: () => Date.now(),
    random: () => 0,
    backOff: { firstMs: 2, longestMs: 4 },
  });
  let ids = 0;
  const made = createChatStore({ http, socket, now: () => 5, newId: () => `id${++ids}`, schedule: (work) => work() });
  undo.push(made.start(), socket.start());
  return made;
};

const thread = () => openThread(chat.getState());
const lastTurn = (state: ChatState = chat.getState()): Turn | undefined => openThread(state).turns.at(-1);
const whenLast = (passes: (turn: Turn) => boolean): Promise<void> =>
  until(chat, (state) => {
    const turn = lastTurn(state);
    return turn !== undefined && passes(turn);
  });
const said = (content: string) => ({ type: 'message', content, channel: 'console' }) as const;
const texts = (): readonly (readonly [string | null, string])[] => thread().turns.map(({ question, reply }) => [question, reply] as const);
const tool = { id: 'call', name: 'shell', arguments: { command: 'ls' } };

describe('chat store', () => {
  it('shows a message at once and the reply as it streams', async () => {
    chat.send('hello');
    expect(lastTurn()).toMatchObject({ question: 'hello', phase: 'sending', askedAt: 5 });
    const turn = await gateway.nextTurn();
    turn.delta('Hi ');
    await whenLast(({ reply }) => reply === 'Hi ');
    turn.delta('there');
    turn.say(response('Hi there'));
    await whenLast(({ phase }) => phase === 'done');
    expect(lastTurn()).toMatchObject({ reply: 'Hi there', durationMs: 12, messageId: turn.messageId });
  });

  it('puts messages of a new chat into one session, and of another new chat into another', async () => {
    chat.send('one');
    chat.send('two');
    chat.newChat(null);
    chat.send('three');
    for (let count = 0; count < 3; count += 1) await gateway.nextTurn();
    const refs = gateway.received.flatMap((frame) => (frame.type === 'message' ? [frame.sessionId] : []));
    expect(refs[0]).toBe(refs[1]);
    expect(refs[2]).not.toBe(refs[0]);
  });

  it('follows a tool call from start to end, at its place in the reply', async () => {
    chat.send('list');
    const turn = await gateway.nextTurn();
    turn.delta('Let me look.');
    turn.say({ type: 'tool_call', content: '', tool: { ...tool, status: 'started' } });
    await whenLast(({ phase }) => phase === 'running_tool');
    turn.say({ type: 'tool_call', content: '', tool: { ...tool, status: 'finished', result: 'a.txt', durationMs: 3 } });
    turn.delta('One file.');
    await whenLast(({ reply }) => reply.endsWith('file.'));
    expect(lastTurn()?.tools).toMatchObject([{ at: 12, tool: { status: 'finished', result: 'a.txt' } }]);
  });

  it('opens a session with its history and goes on with its running reply', async () => {
    gateway.addSession({ id: 'old' }, [
      ['msg_a', said('before')],
      ['msg_a', response('earlier answer')],
    ]);
    chat.openSession(gateway.session('old'));
    await until(chat, (state) => openThread(state).turns.length === 1);
    chat.send('more');
    const turn = await gateway.nextTurn();
    turn.delta('half of ');
    await whenLast(({ reply }) => reply !== '');

    // The page is loaded anew, in the middle of the reply.
    chat = openChat();
    chat.openRef('old');
    await whenLast(({ reply }) => reply === 'half of ');
    expect(lastTurn()).toMatchObject({ question: 'more', phase: 'writing' });
    turn.delta('the answer');
    await whenLast(({ reply }) => reply === 'half of the answer');
    turn.say(response('half of the answer'));
    await whenLast(({ phase }) => phase === 'done');
    expect(texts()).toEqual([
      ['before', 'earlier answer'],
      ['more', 'half of the answer'],
    ]);
  });

  it('loads earlier turns by cursor, also when a page begins in the middle of a turn', async () => {
    gateway.addSession(
      { id: 'long' },
      Array.from({ length: 45 }, (_, index): readonly (readonly [string, ReturnType<typeof said> | ReturnType<typeof response>])[] => [
        [`msg_${index}`, said(`q${index}`)],
        [`msg_${index}`, response(`a${index}`)],
      ])
        .flat()
        .slice(0, 89),
    );
    chat.openSession(gateway.session('long'));
    await until(chat, (state) => openThread(state).turns.length > 0);
    expect(thread().turns[0]).toMatchObject({ question: null, reply: 'a14' });
    await chat.loadOlder();
    expect(thread().olderCursor).toBeNull();
    expect(texts().map(([question]) => question)).toEqual(Array.from({ length: 45 }, (_, index) => `q${index}`));
  });

  it('shows what failed and asks again on retry', async () => {
    chat.send('try');
    (await gateway.nextTurn()).say({ type: 'error', code: 'MODEL_AUTH', content: 'no key', retryable: false, hint: 'set one' });
    await whenLast(({ phase }) => phase === 'failed');
    expect(lastTurn()?.problem).toMatchObject({ code: 'MODEL_AUTH', message: 'no key', hint: 'set one' });
    chat.retry(lastTurn()?.key ?? '');
    expect((await gateway.nextTurn()).content).toBe('try');
    expect(thread().turns).toHaveLength(2);
  });

  it('keeps the text that was there when a turn is cancelled', async () => {
    chat.send('go');
    const turn = await gateway.nextTurn();
    turn.delta('so fa');
    await whenLast(({ reply }) => reply !== '');
    gateway.answers.set(`DELETE /api/v1/messages/${turn.messageId}`, {
      status: 200,
      body: {
        status: 'cancelled',
        finalReply: 'so far',
        toolCalls: [],
        durationMs: 1,
        messageId: turn.messageId,
        sessionId: 's',
        agentId: 'main',
        usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
        traceId: 't',
      },
    });
    await chat.stop();
    expect(lastTurn()).toMatchObject({ phase: 'cancelled', reply: 'so far' });
  });

  it('begins a reply again when the gateway restarted', async () => {
    chat.send('go');
    const turn = await gateway.nextTurn();
    turn.delta('a first try');
    await whenLast(({ reply }) => reply !== '');
    turn.restart();
    turn.delta('again');
    await whenLast(({ reply }) => reply === 'again');
  });

  it('takes up what another client says in the open session', async () => {
    gateway.addSession({ id: 'shared' });
    chat.openSession(gateway.session('shared'));
    await until(chat, (state) => openThread(state).loading === 'no');
    const other = openChat();
    other.openRef('shared');
    await until(other, (state) => openThread(state).loading === 'no');
    other.send('from elsewhere');
    const turn = await gateway.nextTurn();
    chat.noteSession(gateway.session('shared'));
    await whenLast(({ question }) => question === 'from elsewhere');
    turn.delta('heard');
    await whenLast(({ reply }) => reply === 'heard');
    expect(thread().turns.filter(isActive)).toHaveLength(1);
  });

  it('says that a session cannot be opened, and does once it can', async () => {
    chat.openRef('gone');
    await until(chat, (state) => openThread(state).error !== null);
    gateway.addSession({ id: 'gone' }, [['msg_a', said('back')]]);
    await chat.reload();
    expect(thread()).toMatchObject({ error: null, turns: [{ question: 'back' }] });
  });

  it('sends to the agent that was chosen', async () => {
    chat.newChat('dev-coder');
    chat.send('code');
    await gateway.nextTurn();
    expect(gateway.received.find(({ type }) => type === 'message')).toMatchObject({ agentId: 'dev-coder', channel: 'console' });
  });

  describe('at a search hit', () => {
    /** Long enough that a page around the middle reaches neither end. */
    const addLong = (): void =>
      gateway.addSession(
        { id: 'long' },
        Array.from({ length: 100 }, (_, index) => [
          [`msg_${index}`, said(`question ${index}`)] as const,
          [`msg_${index}`, response(`answer ${index}`)] as const,
        ]).flat(),
      );
    /** At its question, so that a page ends in the middle of a turn. */
    const hit = (index: number) => ({ messageId: `msg_${index}`, seq: index * 2 + 1 });
    const here = () => thread().turns.map(({ messageId }) => Number(messageId?.slice(4)));
    const openHit = async (index: number): Promise<void> => {
      chat.openHit(gateway.session('long'), hit(index));
      await until(chat, (state) => openThread(state).loading === 'no');
    };

    const toEnd = async (): Promise<void> => {
      for (let pages = 0; pages < 10 && thread().newerAfter !== null; pages += 1) await chat.loadNewer();
      expect(thread().newerAfter).toBeNull();
    };

    it('shows what was said around it, and none of it as if it were at work', async () => {
      addLong();
      await openHit(50);
      expect(thread()).toMatchObject({ target: hit(50), error: null });
      expect([here()[0], here().at(-1)]).toEqual([35, 64]);
      expect(thread().turns.filter(isActive)).toEqual([]);
    });

    it('goes on to both ends, with no gap and nothing twice', async () => {
      addLong();
      await openHit(50);
      await toEnd();
      while (thread().olderCursor !== null) await chat.loadOlder();
      expect(here()).toEqual(Array.from({ length: 100 }, (_, index) => index));
      expect(texts()).toEqual(Array.from({ length: 100 }, (_, index) => [`question ${index}`, `answer ${index}`]));
    });

    it('loads nothing where it is on the page already', async () => {
      addLong();
      chat.openSession(gateway.session('long'));
      await until(chat, (state) => openThread(state).turns.length > 0);
      const before = gateway.requests.length;
      await openHit(99);
      expect(thread().target).toEqual(hit(99));
      expect(gateway.requests.length).toBe(before);
    });

    it.each([0, 1])('gets past a turn that is longer than a page, hit (%i) or not', async (index) => {
      const step = { type: 'tool_call', content: '', tool: { ...tool, status: 'finished' } } as const;
      gateway.addSession({ id: 'long' }, [
        ['msg_0', said('hello')],
        ['msg_0', response('hi')],
        ['msg_1', said('work')],
        ...Array.from({ length: 150 }, (_, count) => ['msg_1', { ...step, tool: { ...step.tool, id: `t${count}` } }] as const),
        ['msg_1', response('done')],
        ['msg_2', said('thanks')],
        ['msg_2', response('welcome')],
      ]);
      await openHit(index);
      expect(here()).toContain(index);
      await toEnd();
      expect(texts()).toEqual([
        ['hello', 'hi'],
        ['work', 'done'],
        ['thanks', 'welcome'],
      ]);
      expect(thread().turns[1]?.tools.length).toBe(150);
    });

    it('goes to the end to say something', async () => {
      addLong();
      await openHit(10);
      chat.send('now');
      const turn = await gateway.nextTurn();
      turn.say(response('yes'));
      await whenLast(({ phase, question }) => phase === 'done' && question === 'now');
      await until(chat, (state) => openThread(state).loading === 'no');
      expect(here().slice(-3, -1)).toEqual([98, 99]);
      expect(thread()).toMatchObject({ newerAfter: null, target: null });
    });

    it('says why it cannot be shown, and does once it can', async () => {
      addLong();
      gateway.answers.set('GET /api/v1/sessions/long/messages', { status: 500, body: 'oops' });
      await openHit(50);
      expect(thread()).toMatchObject({ turns: [], error: { code: 'BAD_ANSWER' } });
      gateway.answers.clear();
      await chat.reload();
      expect(here()).toContain(50);
    });
  });

  it('leaves a chat that is deleted, and lets others be deleted', async () => {
    gateway.addSession({ id: 'a' }, [['msg_a', said('x')]]);
    chat.openSession(gateway.session('a'));
    await until(chat, (state) => openThread(state).turns.length === 1);
    chat.noteDeleted('other');
    expect(thread().session?.id).toBe('a');
    chat.noteDeleted('a');
    expect(thread()).toMatchObject({ session: null, turns: [], error: null });
    expect(Object.keys(chat.getState().threads).length).toBe(1);
  });
});
