import { describe, expect, it } from 'vitest';
import type { TurnRow, Write } from '../storage/database.ts';
import { openWorkerDatabase } from '../storage/worker-database.ts';
import { createTestHome, startTestGateway, type TestHome, workerUrl } from '../testing/test-gateway.ts';
import { lastUserText, scriptModel } from '../testing/upstream.ts';

const session = {
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  ownerId: 'local',
  name: 's',
  title: 't',
  agentId: 'main',
  channel: 'api',
  createdAt: 1,
  hidden: false,
};
const idOf = (n: number): string => `msg_${String(n).padStart(22, '0')}`;
const accepted = (n: number, content: string, more: Partial<TurnRow> = {}): Write[] => [
  {
    op: 'turn.insert',
    turn: {
      messageId: idOf(n),
      sessionId: session.id,
      ownerId: 'local',
      agentId: 'main',
      traceId: `trace-${n}`,
      via: 'ws',
      acceptedAt: n,
      options: { timeoutMs: 60_000, replyTo: `client-${n}` },
      idempotencyKey: null,
      bodyHash: null,
      ...more,
    },
  },
  {
    op: 'events.append',
    sessionId: session.id,
    events: [{ messageId: idOf(n), at: n, event: { type: 'message', content, channel: 'api' } }],
  },
];

/** What a process that was killed has left behind. */
const leftBehind = async (writes: readonly Write[]): Promise<TestHome> => {
  const home = createTestHome();
  const { database } = await openWorkerDatabase({ file: home.databaseFile, workerUrl, now: () => 1 });
  await database.write([{ op: 'session.put', session }, ...writes]);
  await database.close();
  return home;
};

const events = async (t: Awaited<ReturnType<typeof startTestGateway>>) =>
  (await t.call('GET', `/api/v1/sessions/${session.id}/messages`, { token: t.admin })).json.items as {
    seq: number;
    messageId: string;
    event: { type: string; state?: string; content: string };
  }[];

describe('a turn that a crash interrupted', () => {
  it('goes on by itself at the next start: its client is told that it began again, and its trace goes on', async () => {
    const home = await leftBehind([...accepted(1, 'hi'), { op: 'turn.checkpoint', messageId: idOf(1), partial: 'half a rep' }]);
    const t = await startTestGateway({
      home,
      upstream: await scriptModel((request) => ({ kind: 'text', chunks: [`re: ${lastUserText(request)}`] })),
    });
    const socket = await t.ws();
    socket.send({ type: 'resume', sessionId: session.id, afterSeq: 1, messageId: idOf(1), offset: 10 });
    const response = await socket.waitFor((frame) => frame.type === 'response');
    expect(response).toMatchObject({ content: 're: hi', seq: 3, messageId: idOf(1) });
    expect(socket.frames[0]).toMatchObject({ type: 'status', state: 'restarted', seq: 2 });
    expect((await t.call('GET', `/api/v1/messages/${idOf(1)}`, { token: t.admin })).json).toMatchObject({
      status: 'completed',
      finalReply: 're: hi',
      traceId: 'trace-1',
    });
    await t.stop();
    expect(t.logText()).toContain('taken up again after a restart');
  });

  it('keeps its place: turns of one session go on in the order they came', async () => {
    const home = await leftBehind([1, 2, 3].flatMap((n) => accepted(n, String(n))));
    const upstream = await scriptModel((request) => ({ kind: 'text', chunks: [lastUserText(request)] }));
    const t = await startTestGateway({ home, upstream });
    await expect.poll(async () => (await events(t)).filter(({ event }) => event.type === 'response').length).toBe(3);
    expect(upstream.requests.map(({ body }) => lastUserText(body))).toEqual(['1', '2', '3']);
    const seqs = (await events(t)).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it('while a tool with side effects was at work is not run again: it says which, keeps what was said, and the session goes on', async () => {
    const home = await leftBehind([
      ...accepted(1, 'deploy it'),
      { op: 'turn.checkpoint', messageId: idOf(1), partial: 'I begin with' },
      { op: 'turn.openTool', messageId: idOf(1), toolCall: 'shell' },
    ]);
    const upstream = await scriptModel((request) => ({ kind: 'text', chunks: [`re: ${lastUserText(request)}`] }));
    const t = await startTestGateway({ home, upstream });
    const { json } = await t.call('GET', `/api/v1/messages/${idOf(1)}`, { token: t.admin });
    expect(json).toMatchObject({
      status: 'failed',
      finalReply: 'I begin with',
      error: { code: 'TURN_INTERRUPTED', message: expect.stringContaining('"shell"'), retryable: false },
    });
    expect(upstream.requests.length).toBe(0);
    expect((await t.post({ content: 'did it work?', sessionId: session.id })).json.finalReply).toBe('re: did it work?');
  });

  it('that the next crash interrupts again still ends once', async () => {
    const home = await leftBehind(accepted(1, 'hi'));
    for (const round of [1, 2]) {
      const upstream = await scriptModel(() => ({ kind: 'never' }));
      const t = await startTestGateway({ home, upstream });
      await upstream.requested(1);
      expect((await events(t)).filter(({ event }) => event.state === 'restarted').length).toBe(round);
      await t.stop();
    }
    const t = await startTestGateway({ home, upstream: await scriptModel(() => ({ kind: 'text', chunks: ['done'] })) });
    await expect
      .poll(async () => (await events(t)).map(({ event }) => event.type))
      .toEqual(['message', 'status', 'status', 'status', 'response']);
    await t.stop();
    const upstream = await scriptModel(() => ({ kind: 'never' }));
    const last = await startTestGateway({ home, upstream });
    expect((await events(last)).length).toBe(5);
    expect(upstream.requests.length).toBe(0);
  });

  it('of an agent that is gone ends with an error that says so', async () => {
    const home = await leftBehind(accepted(1, 'hi', { agentId: 'gone' }));
    const t = await startTestGateway({ home });
    await expect
      .poll(async () => (await t.call('GET', `/api/v1/messages/${idOf(1)}`, { token: t.admin })).json.error?.code)
      .toBe('AGENT_UNKNOWN');
  });

  it('of a client that was cut off with it does not run for nobody, and the session says so', async () => {
    const home = await leftBehind(accepted(1, 'hi', { via: 'openai' }));
    const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['too late'] }));
    const t = await startTestGateway({ home, upstream });
    const all = await events(t);
    expect(all.map(({ event }) => event.type)).toEqual(['message', 'error']);
    expect(all[1]?.event.content).toContain('cut off');
    expect((await t.post({ content: 'again', sessionId: session.id })).json.finalReply).toBe('too late');
    expect(upstream.requests.map(({ body }) => lastUserText(body))).toEqual(['again']);
  });

  it('that has no history ends without one', async () => {
    const hidden = { ...session, id: 'BBBBBBBBBBBBBBBBBBBBBB', name: null, hidden: true };
    const [insert] = accepted(1, 'hi', { via: 'openai', sessionId: hidden.id });
    const home = await leftBehind([{ op: 'session.put', session: hidden }, insert!]);
    const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['too late'] }));
    const t = await startTestGateway({ home, upstream });
    expect((await t.call('GET', `/api/v1/messages/${idOf(1)}`, { token: t.admin })).json).toMatchObject({
      status: 'failed',
      finalReply: '',
    });
    expect(upstream.requests.length).toBe(0);
  });

  it('in a session that was deleted is cancelled, as deleting it would have done', async () => {
    const home = await leftBehind([...accepted(1, 'hi'), { op: 'session.delete', id: session.id, at: 2 }]);
    const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['too late'] }));
    const t = await startTestGateway({ home, upstream });
    expect((await t.call('GET', `/api/v1/messages/${idOf(1)}`, { token: t.admin })).json.status).toBe('cancelled');
    expect(upstream.requests.length).toBe(0);
  });

  it('though more than a thousand wait in one session does not keep the gateway from starting', async () => {
    const home = await leftBehind(Array.from({ length: 1_100 }, (_, n) => accepted(n + 1, 'x')).flat());
    const upstream = await scriptModel(() => ({ kind: 'never' }));
    const t = await startTestGateway({ home, upstream, config: { gateway: { limits: { sessionsRunning: 1 } } } });
    expect((await t.call('GET', '/api/v1/status', { token: t.admin })).json.queue).toEqual({ running: 1, waiting: 1_099 });
  });
});
