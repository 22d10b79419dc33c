import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { call } from '../src-main/testing/http-client.ts';
import { createToken, openclaw, startGateway } from './harness/gateway.ts';
import { createHome, type Home } from './harness/home.ts';
import { freePort } from './harness/ports.ts';

/** What keeps a gateway from starting, as a user in a terminal meets it: one clear line, what to do, an exit code. */
let home: Home;
beforeEach(() => {
  home = createHome();
  onTestFinished(home.remove);
});

const start = async (...args: string[]) => {
  const gateway = await startGateway(home, { args });
  onTestFinished(gateway.stop);
  return gateway;
};
const refused = (...args: string[]) => openclaw(home, ['gateway', '--port', '0', ...args]);

const hold = async (...hosts: string[]): Promise<number> => {
  const port = await freePort();
  for (const host of hosts) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen({ host, port, ipv6Only: true }, resolve));
    onTestFinished(() => new Promise((done) => server.close(() => done())));
  }
  return port;
};

describe('a port that is taken', () => {
  test.each([
    ['on both addresses', ['127.0.0.1', '::1'], 'taken'],
    ['on 127.0.0.1 alone', ['127.0.0.1'], 'taken'],
    ['on ::1 alone', ['::1'], 'half taken'],
  ])('%s: exit code 75, and who holds it', async (_, hosts, words) => {
    const port = await hold(...hosts);
    const { code, stdout, stderr } = await refused('--port', String(port));
    expect({ code, stdout }).toEqual({ code: 75, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^openclaw: Port ${port} is ${words}: .+ \\(pid ${process.pid}\\) listens on it`));
    const offered = /openclaw gateway --port (\d+)/.exec(stderr)?.[1];
    expect(offered).toBeDefined();
    expect((await start('--port', String(offered))).port).toBe(Number(offered));
  });
});

test('a second gateway on the same home: exit code 75, and the first goes on', async () => {
  const first = await start();
  const { code, stderr } = await refused();
  expect(code).toBe(75);
  expect(stderr).toMatch(/^openclaw: Another gateway uses this home folder.*\n.*OPENCLAW_HOME/);
  expect((await call(`http://127.0.0.1:${first.port}`, 'GET', '/readyz')).status).toBe(200);
  expect((await openclaw(home, ['status'])).code).toBe(0);
});

describe('a config.json that cannot be used', () => {
  test('with no good one before it: exit code 78, with line and column', async () => {
    home.configure('{\n  "gateway": { "port": 18789 }\n  "models": {}\n}');
    const { code, stderr } = await refused();
    expect(code).toBe(78);
    expect(stderr).toMatch(/line 3, column 3/);
    expect(stderr.split('\n').length).toBeLessThanOrEqual(3);
  });

  test('after a good one: starts with that one, and says what is wrong', async () => {
    home.configure({ agents: { 'my-agent': {} } });
    await (await start()).stop();
    home.configure('{ "agents": { "my-agent": {} },\n  "gatway": {} }');
    const gateway = await start();
    await gateway.child.waitFor(/line 2, column 3: unknown key "gatway" – did you mean "gateway"/, { in: 'stderr' });
    const { json } = await call(`http://127.0.0.1:${gateway.port}`, 'GET', '/api/v1/status');
    expect(json.agents.map(({ id }: { id: string }) => id)).toContain('my-agent');
  });

  test('because other machines could reach it: exit code 78', async () => {
    const { code, stderr } = await refused('--host', '0.0.0.0');
    expect({ code, told: /trustedProxies/.test(stderr) }).toEqual({ code: 78, told: true });
  });
});

test('a home that cannot be used: exit code 1, and why', async () => {
  writeFileSync(home.dir, 'a file');
  const { code, stderr } = await refused();
  expect(code).toBe(1);
  expect(stderr).toMatch(/^openclaw: The home folder .* cannot be used \(part of its path is a file\)\.\n.*OPENCLAW_HOME/);
});

describe('a damaged database', () => {
  test.each([
    ['overwritten with garbage', (file: string) => writeFileSync(file, 'this is no database'.repeat(1_000))],
    ['cut in half', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2 / 4096) * 4096)],
  ])('%s: it is kept aside, a new one is begun, and the user is told', async (_, damage) => {
    await createToken(home);
    const file = join(home.dir, 'data', 'openclaw.db');
    damage(file);
    const { size } = statSync(file);
    const gateway = await start();
    await gateway.child.waitFor(/The database was damaged\. It is kept as (openclaw\.db\.damaged-\S+),/, { in: 'stderr' });
    const kept = readdirSync(join(home.dir, 'data')).filter((name) => /\.damaged-[\dTZ.-]+$/.test(name));
    expect(kept.length).toBe(1);
    expect(statSync(join(home.dir, 'data', kept[0]!)).size).toBe(size);
    expect((await call(`http://127.0.0.1:${gateway.port}`, 'GET', '/readyz')).status).toBe(200);
    const token = await createToken(home);
    const answer = await call(`http://127.0.0.1:${gateway.port}`, 'POST', '/api/v1/messages', { token, json: { content: '/help' } });
    expect(answer.status).toBe(200);
  });
});

const noKeychain = { DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: '/nonexistent' };

describe('secrets', () => {
  test('without a keychain stand in an encrypted file for this user only, and the user is told', async () => {
    const gateway = await startGateway(home, { env: noKeychain });
    onTestFinished(gateway.stop);
    expect(gateway.child.stderr()).toMatch(/^openclaw: warn: .*keychain/im);
    const token = (await openclaw(home, ['token', 'create', '--name', 'x'], noKeychain)).stdout.slice('Bearer '.length).trim();
    for (const name of ['secrets.enc', 'secrets.key']) {
      const file = join(home.dir, 'data', name);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(file, 'latin1')).not.toContain(token);
    }
  });

  test('that are gone while the database remembers them: exit code 1, no new key, and token rotate repairs it', async () => {
    const create = () => openclaw(home, ['token', 'create', '--name', 'x'], noKeychain);
    const old = (await create()).stdout.slice('Bearer '.length).trim();
    for (const name of ['secrets.enc', 'secrets.key']) rmSync(join(home.dir, 'data', name));

    for (const argv of [
      ['gateway', '--port', '0'],
      ['token', 'create', '--name', 'x'],
      ['gateway', '--port', '0'],
    ]) {
      const { code, stdout, stderr } = await openclaw(home, argv, noKeychain);
      expect({ argv, code, stdout }).toEqual({ argv, code: 1, stdout: '' });
      expect(stderr).toMatch(/remembers a signing key/);
      expect(stderr).toContain('openclaw token rotate');
    }
    expect(existsSync(join(home.dir, 'data', 'secrets.enc'))).toBe(false);

    expect((await openclaw(home, ['token', 'rotate'], noKeychain)).code).toBe(0);
    const token = (await create()).stdout.slice('Bearer '.length).trim();
    const gateway = await startGateway(home, { env: noKeychain });
    onTestFinished(gateway.stop);
    const ask = (bearer: string) => call(`http://127.0.0.1:${gateway.port}`, 'GET', '/api/v1/agents', { token: bearer });
    expect((await ask(token)).status).toBe(200);
    expect((await ask(old)).json.error.code).toBe('TOKEN_INVALID');
  });
});
