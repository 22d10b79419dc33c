import { afterEach, beforeEach, expect, test } from 'vitest';
import { root, run } from './harness/child.ts';
import { openclaw, type RunningGateway, startGateway } from './harness/gateway.ts';
import { createHome, type Home } from './harness/home.ts';

/** The PIN on the real keychain and disk: with the gateway down, up, killed in between. */

let home: Home;
/** Not the usual place: that one's entries in the keychain are every test's. */
let env: NodeJS.ProcessEnv;
let gateway: RunningGateway | undefined;
beforeEach(() => {
  home = createHome();
  env = { OPENCLAW_HOME: `${home.dir}-elsewhere` };
});
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  home.remove();
});

const withInput = (args: readonly string[], input = '') =>
  run(process.execPath, [`${root}/out/main/cli.js`, ...args], { env: home.env(env), input });
const createAdmin = (input?: string) => withInput(['token', 'create', '--name', 'x', '--scope', 'admin', '--pin-stdin'], input);

test('set with the gateway down, it holds with it up, and wrong tries hold over a kill', { timeout: 120_000 }, async () => {
  expect(await withInput(['pin', 'set'], '2468\n')).toMatchObject({ code: 0, stdout: '' });
  expect((await openclaw(home, ['pin', 'status'], env)).stdout).toBe('set\n');
  expect(await createAdmin('0000\n')).toMatchObject({ code: 1, stdout: '' });
  expect((await createAdmin('2468\n')).stdout).toMatch(/^Bearer eyJ/);

  for (let tries = 0; tries < 4; tries += 1) expect((await createAdmin('0000\n')).code).toBe(1);
  gateway = await startGateway(home, { env });
  const fifth = await createAdmin('0000\n');
  expect(fifth).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('next try is in') });
  gateway.child.kill('SIGKILL');
  await gateway.child.stop();
  gateway = await startGateway(home, { env });
  expect(await createAdmin('2468\n')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Too many wrong PINs') });
  expect((await openclaw(home, ['pin', 'status'], env)).stdout).toMatch(/^set, locked until /);
  // What needs none still works.
  expect((await openclaw(home, ['token', 'create', '--name', 'y'], env)).stdout).toMatch(/^Bearer eyJ/);
});

test('revoked with the gateway down, a token and its children are worth nothing when it is up', { timeout: 120_000 }, async () => {
  const parent = JSON.parse(
    (await openclaw(home, ['token', 'create', '--name', 'p', '--scope', 'tokens,agents', '--json'], env)).stdout,
  ) as {
    id: string;
    secret: string;
  };
  gateway = await startGateway(home, { env });
  const ask = (method: string, path: string, token: string, body?: object) =>
    fetch(`http://localhost:${gateway?.port}/api/v1/${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const child = (await (await ask('POST', 'tokens', parent.secret, { name: 'c', scopes: ['agents'] })).json()) as { secret: string };
  expect((await ask('GET', 'agents', child.secret)).status).toBe(200);
  await gateway.stop();
  expect((await openclaw(home, ['token', 'revoke', parent.id], env)).code).toBe(0);
  gateway = await startGateway(home, { env });
  for (const { secret } of [parent, child]) expect(await (await ask('GET', 'agents', secret)).text()).toContain('TOKEN_REVOKED');
});
