import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { startTestGateway } from './testing/test-gateway.ts';
import { watchRounds } from './testing/watch-rounds.ts';

const turns = 500;
const sideBySide = 32;
/**
 * The budget is 5 ms for any one thing on the main thread. Seen here is a whole round of the event loop, with what 32
 * clients have sent at once in it, so the bound is ten times that: what really blocks (a commit, a search, a hash
 * over everything on this thread) goes beyond it.
 */
const boundMs = 50;

/** The clients live in another thread, so that the gateway has this one for itself. */
const clients = `
  const { workerData: { port, token, sideBySide }, parentPort } = require('node:worker_threads');
  const { request, Agent } = require('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: sideBySide });
  const post = (n) => new Promise((resolve, reject) => {
    const body = JSON.stringify({ content: '/help', sessionId: 's' + (n % 50) });
    const headers = { Authorization: 'Bearer ' + token, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    request({ port, host: '127.0.0.1', path: '/api/v1/messages', method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', reject).end(body);
  });
  parentPort.on('message', async (turns) => {
    parentPort.postMessage(await Promise.all(Array.from({ length: turns }, (_, n) => post(n))));
  });
`;

it('a burst of turns blocks the main thread never for long', async () => {
  const t = await startTestGateway({ onDisk: true });
  const worker = new Worker(clients, { eval: true, workerData: { port: t.port, token: t.admin, sideBySide } });
  onTestFinished(async () => void (await worker.terminate()));
  const burst = async (count: number): Promise<number[]> => {
    worker.postMessage(count);
    return (await once(worker, 'message'))[0] as number[];
  };
  // Compiling, and opening the connections, come before measuring.
  await burst(turns);
  const rounds = watchRounds();
  const statuses = await burst(turns);
  const longest = rounds.stop();
  expect(statuses.filter((status) => status === 200).length).toBe(turns);
  expect(longest).toBeLessThan(boundMs);
});
