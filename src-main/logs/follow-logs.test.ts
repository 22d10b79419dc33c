import { describe, expect, it } from 'vitest';
import type { LogBatch, LogLine } from '../../src-shared/contract/rest.ts';
import type { ServerFrame } from '../../src-shared/contract/ws.ts';
import { systemClock } from '../clock.ts';
import { openEventStream } from '../testing/http-client.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { createLog } from './create-log.ts';

const batchesOf = (frames: readonly ServerFrame[]): LogBatch[] =>
  frames.flatMap((frame) => (frame.type === 'event' && frame.topic === 'logs' ? [frame.data as LogBatch] : []));
const linesOf = (frames: readonly ServerFrame[]): LogLine[] => batchesOf(frames).flatMap(({ lines }) => lines);

/** Lets sockets do what they can. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A gateway whose log the test writes to. */
const startWithLog = async (clock = systemClock) => {
  const log = createLog({ folder: null, level: 'info', maxSizeMb: 1, keep: 1, clock, stderr: null });
  return { t: await startTestGateway({ clock, ports: { log } }), logger: log.logger };
};

describe('following the log', () => {
  it('gives the same lines by WebSocket, as an event stream and when read afterwards', async () => {
    const { t, logger } = await startWithLog();
    const socket = await t.ws();
    socket.send({ type: 'subscribe', topics: ['logs'], level: 'debug' });
    await socket.waitFor((frame) => frame.type === 'event');
    const stream = await openEventStream(t.base, 'GET', '/api/v1/logs?level=debug', { token: t.admin });
    await t.post({ content: '/files' });
    for (let n = 0; n < 3_000; n += 1) logger[n % 2 === 0 ? 'debug' : 'info']({ source: 'many', n }, 'one of many');
    logger.info({ source: 'mark' }, 'the last one');
    const isLast = (line: unknown): boolean => (line as LogLine).source === 'mark';
    await stream.waitFor(isLast);
    await socket.waitFor((frame) => linesOf([frame]).some(isLast));

    const byStream = stream.events as unknown as LogLine[];
    const bySocket = linesOf(socket.frames);
    expect(bySocket.length).toBeGreaterThan(3_002);
    expect(byStream.filter(({ seq }) => seq >= (bySocket[0]?.seq ?? 0))).toEqual(bySocket);
    const read = (
      await t.call('GET', `/api/v1/logs?level=debug&limit=${bySocket.length}&before=${(bySocket.at(-1)?.seq ?? 0) + 1}`, { token: t.admin })
    ).json;
    expect(read.lines).toEqual(bySocket);
  });

  it('leaves lines out for a WebSocket client that does not read, counts them, and keeps it open', async () => {
    const clock = createManualClock();
    const { t, logger } = await startWithLog(clock);
    const socket = await t.ws();
    socket.send({ type: 'subscribe', topics: ['logs'] });
    await socket.waitFor((frame) => frame.type === 'event');
    socket.socket.pause();
    const filler = 'x'.repeat(1_000);
    const total = 60_000;
    for (let n = 0; n < total; n += 600) {
      for (let m = 0; m < 600; m += 1) logger.info({ source: 'flood', n: n + m, filler }, 'flood');
      clock.advance(100);
      await turn();
    }
    socket.socket.resume();
    const told = (): number => batchesOf(socket.frames).reduce((sum, { lines, dropped }) => sum + lines.length + dropped, 0);
    while (told() < total) {
      clock.advance(100);
      await turn();
    }
    expect(told()).toBe(total);
    const batches = batchesOf(socket.frames);
    expect(batches.some(({ dropped }) => dropped > 0)).toBe(true);
    for (const [index, batch] of batches.entries()) if (index > 0) expect(batch.from).toBe(batches[index - 1]?.to);
    expect(socket.socket.readyState).toBe(socket.socket.OPEN);
  });

  it('leaves lines out for an event stream that is not read, and says how many', async () => {
    const clock = createManualClock();
    const { t, logger } = await startWithLog(clock);
    const stream = await openEventStream(t.base, 'GET', '/api/v1/logs', { token: t.admin });
    stream.pause();
    const filler = 'x'.repeat(1_000);
    const total = 60_000;
    for (let n = 0; n < total; n += 600) {
      for (let m = 0; m < 600; m += 1) logger.info({ source: 'flood', filler }, 'flood');
      clock.advance(100);
      await turn();
    }
    stream.resume();
    const count = (): number =>
      (stream.events as unknown as (LogLine & { dropped?: number })[]).reduce(
        (sum, event) => sum + (event.dropped ?? (event.source === 'flood' ? 1 : 0)),
        0,
      );
    while (count() < total) {
      clock.advance(100);
      await turn();
    }
    expect(count()).toBe(total);
    expect((stream.events as unknown as { dropped?: number }[]).some(({ dropped }) => dropped !== undefined)).toBe(true);
    stream.hangUp();
  });
});
