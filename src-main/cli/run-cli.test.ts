import { writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { locateHome, prepareHome } from '../home.ts';
import { beginCli, runCliToEnd } from '../testing/cli.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestHome } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';

let home: TestHome;
let env: { OPENCLAW_HOME: string };
beforeEach(() => {
  home = createTestHome();
  env = { OPENCLAW_HOME: home.folder };
});

const begin = (...argv: string[]) => beginCli(env, argv);
const run = (...argv: string[]) => runCliToEnd(env, argv);

/** A gateway where the CLI looks for it. */
const start = async (options: Parameters<typeof startTestGateway>[0] = {}): Promise<TestGateway> => {
  const place = locateHome(env);
  prepareHome(place);
  return startTestGateway({ home, ...options, ports: { adminSocket: place.adminSocket } });
};

describe('openclaw token, with the gateway up', () => {
  it('create prints one line, Bearer and a token that works; everything else goes to stderr', async () => {
    const t = await start();
    const { code, stdout } = await run('token', 'create', '--name', 'my-dev-client', '--expires-in', '30d');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Bearer eyJ[\w.-]+\n$/);
    const token = stdout.slice('Bearer '.length).trim();
    expect((await t.call('GET', '/api/v1/agents', { token })).status).toBe(200);
    const [row] = (await t.call('GET', '/api/v1/tokens', { token: t.admin })).json.tokens.filter(
      ({ name }: { name: string }) => name === 'my-dev-client',
    );
    expect(row).toMatchObject({ kind: 'bearer', scopes: ['messages', 'agents', 'channels:read', 'skills:read', 'sessions'] });
    expect(row.expiresAt - row.createdAt).toBeGreaterThan(30 * 86_400_000 - 1_001);
  });

  it('create takes scopes in any notation, makes API keys, and refuses nonsense with exit code 2', async () => {
    const t = await start();
    const token = (await run('token', 'create', '--name', 'x', '--scope', 'logs,agents', 'usage')).stdout.slice('Bearer '.length).trim();
    expect((await t.call('GET', '/api/v1/logs', { token })).status).toBe(200);
    const key = (await run('token', 'create', '--name', 'x', '--api-key')).stdout;
    expect(key).toMatch(/^ock_[\w-]{43}\n$/);
    for (const bad of [
      ['--scope', 'everything'],
      ['--expires-in', '2 weeks'],
      ['--expires-in', '366d'],
      ['--api-key', '--scope', 'logs'],
      ['--nonsense'],
    ]) {
      const { code, stdout, stderr } = await run('token', 'create', '--name', 'x', ...bad);
      expect({ bad, code, stdout }).toEqual({ bad, code: 2, stdout: '' });
      expect(stderr).toMatch(/\w/);
    }
  });

  it('list, show and revoke know it; revoking acts at once', async () => {
    const t = await start();
    const created = JSON.parse((await run('token', 'create', '--name', 'mine', '--json')).stdout) as { id: string; secret: string };
    expect((await run('token', 'list')).stdout).toMatch(new RegExp(`^${created.id} .*until .*mine$`, 'm'));
    expect((await run('token', 'list')).stdout).not.toContain('eyJ');
    expect((await run('token', 'show', created.id)).stdout).toBe(`Bearer ${created.secret}\n`);
    expect(await run('token', 'revoke', created.id)).toMatchObject({ code: 0, stdout: '' });
    expect((await t.call('GET', '/api/v1/agents', { token: created.secret })).json.error.code).toBe('TOKEN_REVOKED');
    expect((await run('token', 'list')).stdout).toMatch(/revoked/);
    expect(await run('token', 'restore', created.id)).toMatchObject({ code: 0, stdout: '' });
    expect((await t.call('GET', '/api/v1/agents', { token: created.secret })).status).toBe(200);
    expect(await run('token', 'restore', 'tok_none')).toMatchObject({ code: 1, stderr: expect.stringContaining('no such token') });
    expect(await run('token', 'revoke', 'tok_none')).toMatchObject({ code: 1, stderr: expect.stringContaining('no such token') });
  });

  it('list says what each can do and where it was last used; those of console windows with --all only', async () => {
    const t = await start();
    const { id, secret } = await t.mint({ scopes: ['agents', 'logs'] });
    await t.call('GET', '/api/v1/agents', { token: secret });
    await t.call('POST', '/api/v1/tokens', { token: t.admin, json: { name: '\u001b[2J\u202Eevil' } });
    const { stdout } = await run('token', 'list');
    expect(stdout).toMatch(new RegExp(`^${id}  bearer .*1 requests, last .*Z from 127\\.0\\.0\\.1  \\[agents logs\\]  test$`, 'm'));
    expect(stdout).not.toContain('console');
    expect(stdout).not.toContain('\u001b');
    expect((await run('token', 'list', '--all')).stdout).toMatch(/ console .*\[admin\]/);
    expect(JSON.parse((await run('token', 'list', '--json')).stdout)).toHaveLength(2);
  });

  it('rotate ends them all; sign-in prints a link that works once', async () => {
    const t = await start();
    const token = await t.token();
    expect((await run('token', 'rotate')).stderr).toMatch(/2 tokens ended/);
    expect((await t.call('GET', '/api/v1/agents', { token })).json.error.code).toBe('TOKEN_INVALID');
    const { stdout } = await run('token', 'sign-in');
    const code = new URL(stdout.trim()).hash.replace('#sign-in=', '');
    const first = await t.call('POST', '/api/v1/sign-in', { json: { code } });
    expect((await t.call('GET', '/api/v1/tokens', { token: first.json.token })).status).toBe(200);
    expect((await t.call('POST', '/api/v1/sign-in', { json: { code } })).json.error.code).toBe('SIGN_IN_INVALID');
  });
});

describe('openclaw message, status and logs', () => {
  it('message prints the reply; a failed turn is exit code 1 with the reason on stderr', async () => {
    await start({
      upstream: await scriptModel((_request, count) =>
        count === 1 ? { kind: 'text', chunks: ['你好!'] } : { kind: 'error', status: 401 },
      ),
    });
    expect(await run('message', 'hi', '--session', 's')).toEqual({ code: 0, stdout: '你好!\n', stderr: '' });
    expect(await run('message', 'hi', '--json')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('"MODEL_AUTH"'),
      stderr: expect.stringMatching(/API key/),
    });
    expect(await run('message', 'hi', '--agent', 'mian')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('Did you mean main?'),
    });
  });

  it('status and logs tell people on lines and programs in JSON', async () => {
    await start();
    expect((await run('status')).stdout).toMatch(/^ok, version .*\nagent main: idle\nagent dev-coder: idle\n/);
    expect(JSON.parse((await run('status', '--json')).stdout)).toMatchObject({ status: 'ok', secrets: { backend: 'memory' } });
    expect((await run('logs', '--level', 'info')).stdout).toMatch(/^\d{4}-.* info {2}\[gateway\] gateway listening on/);
    expect(await run('logs', '--level', 'loud')).toMatchObject({ code: 2, stderr: expect.stringContaining('debug, info, warn, error') });
  });

  it('logs --follow goes on until the gateway ends', async () => {
    const t = await start();
    const following = begin('logs', '--follow', '--level', 'debug');
    await expect.poll(() => following.written.stdout).toContain('gateway listening on');
    // Recorded at this level only while somebody follows.
    await expect
      .poll(async () => {
        await t.call('GET', '/api/v1/agents', { token: t.admin });
        return following.written.stdout;
      })
      .toMatch(/debug \[http\] GET \/api\/v1\/agents trace=\w{32} token=tok_\S+ status=200/);
    await t.stop();
    expect(await following.code).toBe(69);
    expect(following.written.stderr).toBe('openclaw: The gateway has ended.\n');
  });
});

describe('without a gateway', () => {
  for (const argv of [['status'], ['message', 'hi'], ['token', 'sign-in'], ['logs', '--follow']])
    it(`${argv.join(' ')} is exit code 69 and says how to start one`, async () => {
      expect(await run(...argv)).toMatchObject({ code: 69, stdout: '', stderr: expect.stringContaining('npm start') });
    });

  it('config path and config validate work; a bad file is exit code 78 with line and column', async () => {
    expect((await run('config', 'path')).stdout).toBe(`${locateHome(env).config}\n`);
    expect(await run('config', 'validate')).toMatchObject({ code: 0, stdout: '' });
    writeFileSync(locateHome(env).config, '{\n  "gatway": {}\n}');
    expect(await run('config', 'validate')).toMatchObject({ code: 78, stdout: expect.stringMatching(/line 2, column 3: .*"gateway"/) });
  });

  it('no command, an unknown one and a bad port are exit code 2; help is 0', async () => {
    for (const argv of [['nothing'], ['gateway', '--port', 'x'], ['gateway', '--port', '70000'], ['token', 'create']])
      expect((await run(...argv)).code).toBe(2);
    expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('openclaw') });
  });
});

describe('openclaw stop and start', () => {
  it('pull and release the brake of a running gateway', async () => {
    const t = await start();
    const stopped = await run('stop', 'agent', 'main', '--json');
    expect(stopped).toMatchObject({ code: 0, stderr: expect.stringContaining('agent main') });
    expect(JSON.parse(stopped.stdout)).toMatchObject({ cancelled: 0, stops: [{ what: 'agent', id: 'main' }] });
    expect((await run('status')).stdout).toMatch(/STOPPED: agent main, since \d{4}-/);
    expect((await t.post({ content: 'x' })).json.error.code).toBe('STOPPED');
    expect(await run('start')).toMatchObject({ code: 0, stderr: 'Nothing is stopped any more.\n' });
    expect((await t.post({ content: 'x' })).status).toBe(200);
  });

  it.each([
    ['stop', 'moon', 'x'],
    ['stop', 'agent'],
    ['start', 'all', 'x'],
  ])('%s %s %s is a usage error that says why', async (...argv) => {
    expect(await run(...argv.filter(Boolean))).toMatchObject({ code: 2, stderr: expect.stringMatching(/moon|Which agent|takes no id/) });
  });
});
