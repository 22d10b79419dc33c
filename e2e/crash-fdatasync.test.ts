import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, openEventStream } from '../src-main/testing/http-client.ts';
import { openWs } from '../src-main/testing/ws-client.ts';
import { type Child, root, startChild } from './harness/child.ts';
import { createToken } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { says, startUpstream, type Upstream } from './harness/upstream.ts';

/**
 * An acknowledgement is a promise that the message is on the disk. Each fdatasync is made to take half a second
 * longer; whatever tells a client of its message sooner was said too early. kill -9 alone cannot show that: what
 * was written and not synced survives it.
 */
const delayMs = 500;
const folder = mkdtempSync(join(tmpdir(), 'openclaw-fdatasync-'));
const shim = join(folder, 'slow-fdatasync.so');
let home: Home;
let upstream: Upstream;
let token: string;

beforeAll(async () => {
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', shim, join(root, 'e2e/fixtures/slow-fdatasync.c'), '-ldl']);
  upstream = await startUpstream(says('done'));
  home = createHome();
  home.configure(configFor(upstream.url));
  token = await createToken(home);
});
afterAll(async () => {
  await upstream?.stop();
  home?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** How long each way of sending a message takes to its first word, in ms. */
const firstWords = async (port: number): Promise<Record<string, number>> => {
  const base = `http://127.0.0.1:${port}`;
  const socket = await openWs(`ws://127.0.0.1:${port}/ws`, { token });
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const begun = performance.now();
    await work();
    return performance.now() - begun;
  };
  const overWs = (frame: object) => {
    const id = String(Math.random());
    socket.send({ type: 'message', content: 'hi', id, ...frame });
    return socket.waitFor((other) => 'replyTo' in other && other.replyTo === id);
  };
  const post = (json: object) => call(base, 'POST', '/api/v1/messages', { token, json: { content: 'hi', ...json } });
  const times = {
    '202': await timed(() => post({ wait: false })),
    '200': await timed(() => post({})),
    'head of the event stream': await timed(() => openEventStream(base, 'POST', '/api/v1/messages', { token, json: { content: 'hi' } })),
    'first frame': await timed(() => overWs({})),
    'first frame of a stream': await timed(() => overWs({ stream: true })),
    'first frame in another session': await timed(() => overWs({ sessionId: 'other' })),
  };
  await socket.close();
  return times;
};

const withGateway = async <T>(out: string, env: NodeJS.ProcessEnv, use: (port: number) => Promise<T>): Promise<T> => {
  const child: Child = startChild(process.execPath, [join(out, 'cli.js'), 'gateway', '--port', '0'], { env: home.env(env) });
  try {
    const [, port] = await child.waitFor(/listening on http:\/\/localhost:(\d+)\//, { in: 'stderr', withinMs: 40_000 });
    return await use(Number(port));
  } finally {
    await child.stop();
  }
};

describe.skipIf(process.platform !== 'linux')(`with an fdatasync that takes ${delayMs} ms longer`, () => {
  const slow = { LD_PRELOAD: shim, SLOW_FDATASYNC_MS: String(delayMs) };
  const ours = join(root, 'out', 'main');

  test('nothing is acknowledged sooner', async () => {
    for (const [what, ms] of Object.entries(await withGateway(ours, slow, firstWords))) expect(ms, what).toBeGreaterThanOrEqual(delayMs);
  });

  test('control: without the delay all of it is much faster', async () => {
    for (const [what, ms] of Object.entries(await withGateway(ours, {}, firstWords))) expect(ms, what).toBeLessThan(delayMs);
  });

  test('control: a gateway that does not sync is caught', async () => {
    const careless = join(folder, 'out', 'main');
    cpSync(ours, careless, { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const worker = join(careless, 'database-worker.js');
    const code = readFileSync(worker, 'utf8');
    expect(code).toContain('synchronous = FULL');
    writeFileSync(worker, code.replace('synchronous = FULL', 'synchronous = OFF'));
    const times = await withGateway(careless, slow, firstWords);
    for (const [what, ms] of Object.entries(times)) expect(ms, what).toBeLessThan(delayMs);
  });
});
