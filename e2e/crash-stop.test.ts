import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from '../src-main/testing/http-client.ts';
import { openWs } from '../src-main/testing/ws-client.ts';
import { createToken, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { type Reply, startUpstream, type Upstream } from './harness/upstream.ts';

let home: Home;
let upstream: Upstream;
let token: string;
let answers = false;

beforeAll(async () => {
  upstream = await startUpstream(
    ({ messages }): Reply => (answers ? { kind: 'text', chunks: [`re: ${messages.at(-1)?.content}`] } : { kind: 'never' }),
  );
  home = createHome();
  home.configure(configFor(upstream.url));
  token = await createToken(home);
});
afterAll(async () => {
  await upstream?.stop();
  home?.remove();
});

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s while turns run', (signal) => {
  test('ends the process within 2 s, and what was accepted goes on at the next start', async () => {
    answers = false;
    const before = upstream.requests.length;
    const gateway = await startGateway(home);
    const base = `http://127.0.0.1:${gateway.port}`;
    const post = (json: object) => call(base, 'POST', '/api/v1/messages', { token, json });
    const accepted = await Promise.all([1, 2, 3].map((n) => post({ content: `${signal} ${n}`, wait: false })));
    const socket = await openWs(`ws://127.0.0.1:${gateway.port}/ws`, { token });
    socket.send({ type: 'message', content: `${signal} ws` });
    await socket.waitFor((frame) => frame.type === 'status');
    const waiting = post({ content: `${signal} waits` });
    await upstream.requested(before + 5);

    const begun = performance.now();
    gateway.child.kill(signal);
    expect(await gateway.child.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect((await waiting).json.error.code).toBe('GATEWAY_STOPPING');
    expect((await socket.closed).code).toBe(1001);

    answers = true;
    const again = await startGateway(home);
    try {
      expect(again.child.stderr()).not.toContain('did not stop cleanly');
      for (const { json } of accepted) {
        const get = () => call(`http://127.0.0.1:${again.port}`, 'GET', `/api/v1/messages/${json.messageId}`, { token });
        await expect.poll(async () => (await get()).json.status).toBe('completed');
        expect((await get()).json.finalReply).toMatch(new RegExp(`^re: ${signal} \\d$`));
      }
    } finally {
      await again.stop();
    }
  });
});
