import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { createMemoryDatabase } from '../storage/memory-database.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { gated, scriptModel } from '../testing/upstream.ts';

const large = 'x'.repeat(700 * 1024);

describe('a database at its quota', () => {
  it('refuses what does not fit with 507, on every surface, and takes what does', async () => {
    const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['fine'] }));
    const t = await startTestGateway({ upstream, maxDatabaseMb: 1 });
    expect((await t.post({ content: large })).status).toBe(200);

    const waiting = await t.post({ content: large });
    const going = await t.post({ content: large, wait: false });
    const streaming = await t.post({ content: large, stream: true });
    for (const { status, json } of [waiting, going, streaming]) {
      expect(status).toBe(507);
      expect(json.error).toMatchObject({ code: 'STORAGE_FULL', retryable: true });
    }
    const socket = await t.ws();
    socket.send({ type: 'message', content: large, id: 'x' });
    expect(await socket.waitFor((frame) => frame.type === 'error')).toMatchObject({ code: 'STORAGE_FULL', replyTo: 'x' });

    expect((await t.call('GET', '/healthz')).status).toBe(200);
    expect((await t.post({ content: 'small again' })).status).toBe(200);
    expect((await t.call('GET', '/api/v1/search?q=again', { token: t.admin })).json.hits.length).toBe(1);
  });
});

describe('a disk that is full for a while', () => {
  it('does not lose the end of a turn that was acknowledged: it is written when there is room again', async () => {
    let full = false;
    const clock = createManualClock();
    const script = gated(['done']);
    const t = await startTestGateway({
      clock,
      upstream: await scriptModel(() => script.reply),
      ports: {
        openDatabase: async () => ({
          database: createMemoryDatabase({ fault: () => (full ? new AppError('STORAGE_FULL') : null) }),
          report: { uncleanStop: false, damagedKeptAs: null },
        }),
      },
    });
    const socket = await t.ws();
    // A stream is told of its message at once, and so it is acknowledged.
    socket.send({ type: 'message', content: 'hi', sessionId: 's', stream: true });
    const { messageId } = await socket.waitFor<never>((frame) => frame.type === 'status');
    full = true;
    script.release();
    // Its reader is told the truth: it could not be kept.
    expect(await socket.waitFor((frame) => frame.type === 'error')).toMatchObject({ code: 'STORAGE_FULL' });
    expect((await t.post({ content: 'no room' })).status).toBe(507);
    clock.advance(2_000);
    expect((await t.call('GET', `/api/v1/messages/${messageId}`, { token: t.admin })).json.status).toBe('accepted');

    full = false;
    clock.advance(2_000);
    await expect
      .poll(async () => (await t.call('GET', `/api/v1/messages/${messageId}`, { token: t.admin })).json)
      .toMatchObject({ status: 'completed', finalReply: 'done' });
    expect((await t.post({ content: 'room', sessionId: 's' })).status).toBe(200);
  });
});
