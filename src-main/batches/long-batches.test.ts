import { once } from 'node:events';
import { request } from 'node:http';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { gated, lastUserText, scriptModel } from '../testing/upstream.ts';
import { watchRounds } from '../testing/watch-rounds.ts';

/** In a thread of its own, so that the gateway has the main one for itself: sends a batch of `count` lines and follows it so far. */
const client = `
  const { workerData: { base, token }, parentPort } = require('node:worker_threads');
  const call = async (method, path, body) =>
    (await fetch(base + path, { method, body, headers: { Authorization: 'Bearer ' + token, ...(body ? { 'Content-Type': 'application/jsonl' } : {}) } })).text();
  parentPort.on('message', async ({ count, until }) => {
    const lines = Array.from({ length: count }, (_, i) => JSON.stringify({ id: String(i), content: '/help', metadata: { text: 'some more '.repeat(20) } }));
    const { batch: { id } } = JSON.parse(await call('POST', '/api/v1/batches?parallel=16', lines.join('\\n')));
    for (let done = 0; done < until; ) done = JSON.parse(await call('GET', '/api/v1/batches/' + id)).batch.completed;
    const { batch } = JSON.parse(await call('DELETE', '/api/v1/batches/' + id));
    const results = (await call('GET', '/api/v1/batches/' + id + '/results')).trim().split('\\n').map((line) => JSON.parse(line).line);
    parentPort.postMessage({ batch, results });
  });
`;

it('10,000 lines never block the main thread for long, on their way in, at work, and on their way out', async () => {
  const t = await startTestGateway({ onDisk: true });
  const worker = new Worker(client, { eval: true, workerData: { base: t.base, token: t.admin } });
  onTestFinished(async () => void (await worker.terminate()));
  const run = async (count: number, until: number) => {
    worker.postMessage({ count, until });
    return (await once(worker, 'message'))[0] as { batch: { total: number; completed: number; failed: number }; results: number[] };
  };
  // Compiling comes before measuring.
  await run(500, 300);
  const rounds = watchRounds();
  const { batch, results } = await run(10_000, 500);
  const longest = rounds.stop();
  expect(batch.total).toBe(10_000);
  expect(batch.completed).toBeGreaterThanOrEqual(500);
  expect(batch.completed + batch.failed).toBe(10_000);
  expect(results).toEqual(Array.from({ length: 10_000 }, (_, i) => i + 1));
  // As in event-loop.test.ts: ten times the budget for one thing, since a round is many things.
  expect(longest).toBeLessThan(50);
});

it('a client that hangs up in the middle leaves nothing, and its lines do not pile up in memory', async () => {
  let inserted = 0;
  let deleted = 0;
  const t = await startTestGateway({
    onDisk: true,
    wrapDatabase: (database) => ({
      ...database,
      write: (writes) => {
        for (const write of writes) {
          if (write.op === 'batch.lines') inserted += write.lines.length;
          if (write.op === 'batch.delete') deleted += 1;
        }
        return database.write(writes);
      },
    }),
  });
  const headers = { Authorization: `Bearer ${t.admin}`, 'Content-Type': 'application/jsonl' };
  const outgoing = request(`${t.base}/api/v1/batches`, { method: 'POST', headers });
  outgoing.on('error', () => undefined);
  const line = `${JSON.stringify({ content: 'x'.repeat(1_000) })}\n`;
  for (let n = 0; n < 2_000; n += 1) if (!outgoing.write(line)) await once(outgoing, 'drain');
  // On the disk while the rest is still to come.
  await expect.poll(() => inserted).toBeGreaterThan(1_000);
  outgoing.destroy();
  await expect.poll(() => deleted).toBe(1);
  expect((await t.call('GET', '/api/v1/batches', { token: t.admin })).json.batches).toEqual([]);
});

it('a full disk is waited for, and no line is lost', async () => {
  let full = false;
  const script = gated(['done']);
  const upstream = await scriptModel(() => script.reply);
  const t = await startTestGateway({
    upstream,
    wrapDatabase: (database) => ({
      ...database,
      write: (writes) => (full ? Promise.reject(new AppError('STORAGE_FULL')) : database.write(writes)),
    }),
  });
  const body = ['a', 'b', 'c', 'd'].map((content) => JSON.stringify({ content })).join('\n');
  const { batch } = (
    await t.call('POST', '/api/v1/batches?parallel=2', { token: t.admin, headers: { 'Content-Type': 'application/jsonl' }, body })
  ).json;
  await upstream.requested(2);
  full = true;
  script.release();
  // Both of them have failed to get their end to the disk.
  await expect.poll(() => t.logText()).toMatch(/turn failed: The disk is full.*turn failed: The disk is full/s);
  full = false;
  const get = async () => (await t.call('GET', `/api/v1/batches/${batch.id}`, { token: t.admin })).json.batch;
  await expect.poll(async () => (await get()).status, { timeout: 30_000 }).toBe('completed');
  expect(await get()).toMatchObject({ total: 4, completed: 4, failed: 0 });
  const said = upstream.requests.map(({ body }) => lastUserText(body));
  expect(new Set(said).size).toBe(4);
});
