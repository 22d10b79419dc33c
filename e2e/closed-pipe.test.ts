import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './harness/child.ts';
import { createToken } from './harness/gateway.ts';
import { createHome, type Home } from './harness/home.ts';

let home: Home;
beforeAll(() => {
  home = createHome();
  // A provider that nobody runs: each turn fails, and the gateway warns of it on stderr.
  home.configure({ models: { gone: { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1', model: 'x' } } });
});
afterAll(() => home.remove());

test('whoever reads its words goes away: the gateway goes on, does not spin, and ends when told', async () => {
  const gateway = spawn(process.execPath, [`${root}/out/main/cli.js`, 'gateway', '--port', '0', '--json'], {
    env: home.env(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [line] = (await once(createInterface(gateway.stdout), 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  gateway.stdout.destroy();
  gateway.stderr.destroy();
  const token = await createToken(home);
  for (let turn = 0; turn < 3; turn += 1) {
    const answer = await fetch(`http://localhost:${port}/api/v1/messages`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: '{"content":"hi"}',
    });
    expect(answer.status).toBe(502);
  }
  expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200);
  const before = performance.now();
  gateway.kill('SIGINT');
  expect(await once(gateway, 'exit')).toEqual([0, null]);
  expect(performance.now() - before).toBeLessThan(2_000);
});
