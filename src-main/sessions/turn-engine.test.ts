import { writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { ToolCall } from '../../src-shared/contract/events.ts';
import { systemClock } from '../clock.ts';
import type { Write } from '../storage/database.ts';
import { createMemoryDatabase } from '../storage/memory-database.ts';
import { openEventStream } from '../testing/http-client.ts';
import { createTestHome, putFile, startTestGateway } from '../testing/test-gateway.ts';
import { gated, lastUserText, scriptModel } from '../testing/upstream.ts';
import { createWatchedDatabase } from '../testing/watched-database.ts';
import { noUsage } from './turn.ts';
import { createTurnEngine } from './turn-engine.ts';

const ops = (writes: readonly Write[]): string[] => writes.map((write) => write.op);
const ofTurns = (calls: readonly { readonly writes: readonly Write[] }[]): string[][] =>
  calls.map(({ writes }) => ops(writes)).filter((names) => names.some((name) => /^(session|turn|events)\./.test(name)));

describe('what a turn writes', () => {
  it('where nobody has to be told before the end, is one commit', async () => {
    const watched = createWatchedDatabase();
    const t = await startTestGateway({
      upstream: await scriptModel(() => ({ kind: 'text', chunks: ['a', 'b'] })),
      wrapDatabase: watched.wrap,
    });
    expect((await t.post({ content: 'hi' })).status).toBe(200);
    expect(ofTurns(watched.calls)).toEqual([['session.put', 'turn.insert', 'events.append', 'turn.end']]);
  });

  it('is on the disk before the 200', async () => {
    const watched = createWatchedDatabase();
    const t = await startTestGateway({ upstream: await scriptModel(() => ({ kind: 'text', chunks: ['a'] })), wrapDatabase: watched.wrap });
    const held = watched.hold((writes) => ops(writes).includes('turn.end'));
    let answered = false;
    const waiting = t.post({ content: 'hi' }).then((answer) => {
      answered = true;
      return answer;
    });
    const release = await held;
    // A whole round through the gateway, and still no answer to the first.
    await t.call('GET', '/api/v1/status', { token: t.admin });
    expect(answered).toBe(false);
    release();
    expect((await waiting).status).toBe(200);
  });

  for (const how of ['wait:false', 'SSE', 'WS'] as const) {
    it(`is on the disk before the first word to the client: ${how}`, async () => {
      const watched = createWatchedDatabase();
      const t = await startTestGateway({
        upstream: await scriptModel(() => ({ kind: 'text', chunks: ['a'] })),
        wrapDatabase: watched.wrap,
      });
      const socket = await t.ws();
      const held = watched.hold((writes) => ops(writes).includes('turn.insert'));
      let told = false;
      if (how === 'WS') socket.send({ type: 'message', content: 'hi', stream: true });
      else {
        const json = { content: 'hi', ...(how === 'SSE' ? { stream: true } : { wait: false }) };
        void openEventStream(t.base, 'POST', '/api/v1/messages', { token: t.admin, json, headers: { Accept: '*/*' } }).then(() => {
          told = true;
        });
      }
      const release = await held;
      socket.send({ type: 'ping' });
      await socket.waitFor((frame) => frame.type === 'pong');
      expect(told).toBe(false);
      expect(socket.frames.map(({ type }) => type)).toEqual(['pong']);
      release();
      if (how === 'WS') await socket.waitFor((frame) => frame.type === 'response');
      else await expect.poll(() => told).toBe(true);
    });
  }
});

describe('a tool call', () => {
  it('is on the disk before the tool begins', async () => {
    const home = createTestHome();
    const file = putFile(home, 'main', 'note.txt', 'before the commit');
    const watched = createWatchedDatabase();
    const upstream = await scriptModel((_request, count) =>
      count === 1
        ? { kind: 'tools', calls: [{ id: 'c', name: 'file_read', arguments: { path: 'note.txt' } }] }
        : { kind: 'text', chunks: ['read'] },
    );
    const t = await startTestGateway({ home, upstream, wrapDatabase: watched.wrap });
    const held = watched.hold((writes) => JSON.stringify(writes).includes('"started"'));
    const waiting = t.post({ content: 'go' });
    const release = await held;
    await t.call('GET', '/api/v1/status', { token: t.admin });
    writeFileSync(file, 'after the commit');
    release();
    const { json } = await waiting;
    expect(json.toolCalls[0].result).toBe('after the commit');
    expect(ofTurns(watched.calls)).toEqual([
      ['session.put', 'turn.insert', 'events.append'],
      ['events.append'],
      ['events.append'],
      ['events.append', 'turn.end'],
    ]);
  });

  it('is told as it starts and ends, and the reply goes on behind it', async () => {
    const home = createTestHome();
    putFile(home, 'main', 'note.txt', 'text');
    const upstream = await scriptModel((_request, count) =>
      count === 1
        ? { kind: 'tools', calls: [{ id: 'c', name: 'file_read', arguments: { path: 'note.txt' } }] }
        : { kind: 'text', chunks: ['It says ', 'text.'] },
    );
    const t = await startTestGateway({
      home,
      upstream,
      config: {
        models: { m: { provider: 'openai-compatible', baseUrl: upstream.url, model: 'x', prices: { input: 2, output: 10 } } },
      },
    });
    const socket = await t.ws();
    socket.send({ type: 'message', content: 'go', stream: true });
    const response = await socket.waitFor((frame) => frame.type === 'response');
    expect(socket.frames.flatMap((frame) => (frame.type === 'tool_call' ? [[frame.tool.status, frame.seq]] : []))).toEqual([
      ['started', 2],
      ['finished', 3],
    ]);
    expect(socket.frames.flatMap((frame) => (frame.type === 'status' ? [frame.state] : []))).toEqual(
      expect.arrayContaining(['thinking', 'running_tool']),
    );
    // Two calls to the model, 11 + 7 tokens each.
    expect(response).toMatchObject({ content: 'It says text.', seq: 4, usage: { inputTokens: 22, outputTokens: 14 } });
    expect((response as { usage: { costUsd: number } }).usage.costUsd).toBeCloseTo((22 * 2 + 14 * 10) / 1e6, 12);
  });

  it('after call after call ends the turn at maxSteps, with what was said', async () => {
    const upstream = await scriptModel(() => ({ kind: 'tools', calls: [{ id: 'same', name: 'list_dir', arguments: {} }] }));
    const t = await startTestGateway({
      upstream,
      config: { models: { m: { provider: 'openai-compatible', baseUrl: upstream.url, model: 'x' } }, agents: { main: { maxSteps: 3 } } },
    });
    const { status, json } = await t.post({ content: 'go' });
    expect(status).toBe(502);
    expect(json).toMatchObject({ status: 'failed', error: { code: 'STEPS_EXHAUSTED', hint: expect.stringContaining('maxSteps') } });
    expect(upstream.requests.length).toBe(3);
    expect(new Set(json.toolCalls.map(({ id }: { id: string }) => id)).size).toBe(3);
  });
});

describe('a tool with side effects', () => {
  it('is marked as open in the commit of its start, and closed in that of its end', async () => {
    const watched = createWatchedDatabase();
    const database = watched.wrap(createMemoryDatabase());
    const call: ToolCall = { id: 'c', name: 'shell', arguments: {}, status: 'started' };
    let openWhileRunning: string | null | undefined;
    const engine = createTurnEngine({
      database,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      sessionsRunning: () => 1,
      stops: { holding: () => null },
      requireOwner: () => undefined,
      onSettled: () => undefined,
      runAgent: async ({ request, onToolStarted, onToolEnded }) => {
        await onToolStarted(call, true);
        openWhileRunning = (await database.read({ op: 'turn.get', messageId: request.messageId }))?.openToolCall;
        await onToolEnded({ ...call, status: 'finished', result: '' });
        return { usage: noUsage, model: null, error: null };
      },
    });
    const turn = engine.submit({
      messageId: `msg_${'a'.repeat(22)}`,
      session: { id: 'A'.repeat(22), ownerId: 'o', name: null, title: '', agentId: 'main', channel: 'api', createdAt: 0, hidden: false },
      ownerId: 'o',
      agentId: 'main',
      via: 'rest',
      content: 'go',
      channel: 'api',
      metadata: undefined,
      options: { timeoutMs: 60_000 },
      traceId: 't',
      acceptedAt: 0,
      idempotencyKey: null,
      bodyHash: null,
    });
    expect((await turn.outcome).status).toBe('completed');
    expect(openWhileRunning).toBe('shell');
    expect(ofTurns(watched.calls).slice(1, 3)).toEqual([
      ['events.append', 'turn.openTool'],
      ['events.append', 'turn.openTool'],
    ]);
    expect((await database.read({ op: 'turn.get', messageId: turn.request.messageId }))?.openToolCall).toBeNull();
  });
});

describe('stopping the gateway', () => {
  it('takes under two seconds whatever runs, and what was accepted goes on at the next start', async () => {
    const home = createTestHome();
    const first = await scriptModel(() => ({ kind: 'never' }));
    const one = await startTestGateway({ home, upstream: first });
    const token = await one.token();
    const accepted = (await one.post({ content: 'accepted', sessionId: 's', wait: false }, { token })).json;
    const behind = (await one.post({ content: 'behind it', sessionId: 's', wait: false }, { token })).json;
    const socket = await one.ws({ token });
    // One that is asleep will not answer our goodbye.
    const asleep = await one.ws({ token });
    asleep.socket.pause();
    const waiting = one.post({ content: 'nobody was told of this one', sessionId: 'w' }, { token });
    await first.requested(2);

    const begun = performance.now();
    await one.stop();
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(await waiting).toMatchObject({ status: 503, json: { error: { code: 'GATEWAY_STOPPING', retryable: true } } });
    expect(await socket.closed).toEqual({ code: 1001, reason: 'GATEWAY_STOPPING' });
    asleep.socket.terminate();

    const second = await scriptModel((request) => ({ kind: 'text', chunks: [`re: ${lastUserText(request)}`] }));
    const two = await startTestGateway({ home, upstream: second });
    for (const [{ messageId }, reply] of [
      [accepted, 're: accepted'],
      [behind, 're: behind it'],
    ] as const) {
      await expect
        .poll(async () => (await two.call('GET', `/api/v1/messages/${messageId}`, { token })).json)
        .toMatchObject({ status: 'completed', finalReply: reply });
    }
    expect(second.requests.map(({ body }) => lastUserText(body))).toEqual(['accepted', 'behind it']);
    expect((await two.call('GET', '/api/v1/sessions/w/messages', { token })).status).toBe(404);
  });

  it('lets nothing in that it would have to drop', async () => {
    const script = gated(['done']);
    const upstream = await scriptModel(() => script.reply);
    const t = await startTestGateway({ upstream });
    const waiting = t.post({ content: 'hi', wait: false });
    expect((await waiting).status).toBe(202);
    await Promise.all([t.stop(), t.stop()]);
    await expect(t.post({ content: 'late' })).rejects.toThrow(/ECONNREFUSED/);
  });
});
