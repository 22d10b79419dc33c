import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Child, root, run, startChild } from './harness/child.ts';
import { createToken, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { requireFreePort, SEED_PORT } from './harness/ports.ts';
import { seedExamples } from './harness/seed.ts';
import { says, startUpstream, type Upstream } from './harness/upstream.ts';

/** The examples of the tutorial, to the letter but for the token, against the real gateway on the port they name. */
const base = `http://localhost:${SEED_PORT}`;
const nonce = `nonce-${randomUUID()}`;
const folder = mkdtempSync(join(tmpdir(), 'openclaw-seed-'));
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let token: string;
let client: Child | undefined;

beforeAll(async () => {
  await requireFreePort(SEED_PORT);
  upstream = await startUpstream(says(`好的:${nonce}`));
  home = createHome();
  home.configure(configFor(upstream.url));
  gateway = await startGateway(home, { port: SEED_PORT });
  token = await createToken(home);
});
afterEach(async () => {
  await client?.stop();
  client = undefined;
});
afterAll(async () => {
  await gateway?.stop();
  await upstream?.stop();
  home?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** What the model was last told by the user. */
const lastQuestion = (): unknown => upstream.requests.at(-1)?.body.messages.findLast((message) => message.role === 'user')?.content;

describe('WebSocket clients', () => {
  test('the Node client prints the answer', async () => {
    const file = join(folder, 'client.cjs');
    writeFileSync(file, seedExamples.nodeClient(token));
    client = startChild(process.execPath, [file], { env: home.env({ NODE_PATH: join(root, 'node_modules') }) });
    await client.waitFor(/^已连接到OpenClaw Gateway$/m);
    await client.waitFor(new RegExp(`^收到回复: 好的:${nonce}$`, 'm'));
    expect(lastQuestion()).toContain('帮我写一个Python函数计算斐波那契数列第n项(使用记忆化)');
    expect(client.stdout()).not.toContain('undefined');
  });

  test('the Python client prints the answer', async () => {
    const file = join(folder, 'client.py');
    writeFileSync(file, seedExamples.pythonClient(token));
    client = startChild('/usr/bin/python3', [file], { env: home.env({ PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8' }) });
    await client.waitFor(new RegExp(`^收到: 好的:${nonce}$`, 'm'));
    expect(lastQuestion()).toContain('给我分析一下今天的Hacker News前5条热门');
    expect(client.stderr()).not.toContain('Error');
  });

  test.each([
    ['a wrong token', () => `${token.slice(0, -4)}AAAA`],
    ['no JWT at all', () => 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...'],
  ])('%s is refused before the upgrade', async (_, bad) => {
    const file = join(folder, 'refused.cjs');
    writeFileSync(file, seedExamples.nodeClient(bad()));
    client = startChild(process.execPath, [file], { env: home.env({ NODE_PATH: join(root, 'node_modules') }) });
    await client.waitFor(/WebSocket错误: .*Unexpected server response: 401/, { in: 'stderr' });
    expect(client.stdout()).not.toContain('已连接');
  });

  test('no token is refused before the upgrade', async () => {
    expect(await upgradeStatus({})).toBe(401);
  });
});

describe('REST', () => {
  test('the curl call, comments in its JSON and all, waits for the answer', async () => {
    const { code, stdout, stderr } = await run('bash', ['-c', seedExamples.curlMessages(token)], { env: home.env() });
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'completed',
      finalReply: `好的:${nonce}`,
      toolCalls: [],
      durationMs: expect.any(Number),
      agentId: 'dev-coder',
      // The client's own name of the session is a name; this is the credential that goes with it.
      sessionId: expect.stringMatching(/^ses_[\w-]{43}$/),
    });
    expect(lastQuestion()).toContain('feature/api-integration');
  });

  test('/status needs no token and tells the version and the agents', async () => {
    const { status, body } = await curl(['/api/v1/status']);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', version: expect.any(String), uptimeMs: expect.any(Number) });
    expect(body.agents).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: 'main' }), expect.objectContaining({ id: 'dev-coder' })]),
    );
    expect(body).not.toHaveProperty('channels');
  });

  test('/channels lists channels', async () => {
    const { status, body } = await curl(['/api/v1/channels', '-H', `Authorization: Bearer ${token}`]);
    expect(status).toBe(200);
    expect(body.channels).toEqual(expect.any(Array));
  });

  test('/agents/{agentId}/invoke calls that agent', async () => {
    const { status, body } = await curl([
      '/api/v1/agents/dev-coder/invoke',
      ...['-X', 'POST', '-H', `Authorization: Bearer ${token}`, '-H', 'Content-Type: application/json', '-d', '{"content":"hello"}'],
    ]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'completed', agentId: 'dev-coder', finalReply: `好的:${nonce}` });
  });
});

describe('credentials', () => {
  const guarded = ['/api/v1/channels', '/api/v1/agents/main/invoke', '/api/v1/messages'];
  const post = ['-X', 'POST', '-H', 'Content-Type: application/json', '-d', '{"content":"x"}'];
  const call = (path: string, headers: readonly string[]) => curl([path, ...(path.endsWith('channels') ? [] : post), ...headers]);

  test.each(guarded)('%s without a token is 401', async (path) => {
    const { status, body } = await call(path, []);
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: { code: 'TOKEN_MISSING', retryable: false } });
  });

  test('a wrong token is 401', async () => {
    const { status, body } = await call('/api/v1/channels', ['-H', `Authorization: Bearer ${token.slice(0, -4)}AAAA`]);
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: { code: 'TOKEN_INVALID' } });
  });

  test('an expired token is 401, on REST and on the socket', async () => {
    const short = await createToken(home, ['--expires-in', '1s']);
    const auth = { Authorization: `Bearer ${short}` };
    await expect
      .poll(async () => (await call('/api/v1/channels', ['-H', `Authorization: Bearer ${short}`])).status, { timeout: 10_000 })
      .toBe(401);
    const { body } = await call('/api/v1/channels', ['-H', `Authorization: Bearer ${short}`]);
    expect(body).toMatchObject({ error: { code: 'TOKEN_EXPIRED' } });
    expect(await upgradeStatus(auth)).toBe(401);
  });
});

describe('openclaw token create, as the tutorial has it', () => {
  /** The tutorial's line in a shell whose PATH has this checkout's `openclaw`. */
  const tokenCreate = () => {
    const bin = mkdtempSync(join(folder, 'bin-'));
    const script = join(root, 'resources/bin/openclaw.mjs');
    chmodSync(script, 0o755);
    symlinkSync(script, join(bin, 'openclaw'));
    return run('bash', ['-c', seedExamples.tokenCreate()], { env: home.env({ PATH: `${bin}:${process.env.PATH}` }) });
  };
  const oneBearerLine = /^Bearer eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/;
  const claims = (line: string) => JSON.parse(Buffer.from(line.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

  test('prints one line with the gateway up; the token is good for 30 days', async () => {
    const { code, stdout, stderr } = await tokenCreate();
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringMatching(oneBearerLine) });
    const { iat, exp, name, iss } = claims(stdout);
    expect({ days: (Number(exp) - Number(iat)) / 86_400, name, iss }).toEqual({ days: 30, name: 'my-dev-client', iss: 'openclaw' });
    expect((await curl(['/api/v1/channels', '-H', `Authorization: ${stdout.trim()}`])).status).toBe(200);
  });

  test('prints one line with the gateway down; the token is good once it is up, and so is an older one', async () => {
    await gateway.stop();
    const { code, stdout, stderr } = await tokenCreate();
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringMatching(oneBearerLine) });
    gateway = await startGateway(home, { port: SEED_PORT });
    expect((await curl(['/api/v1/channels', '-H', `Authorization: ${stdout.trim()}`])).status).toBe(200);
    expect((await curl(['/api/v1/channels', '-H', `Authorization: Bearer ${token}`])).status).toBe(200);
  });
});

/** `curl` on a path of the gateway. */
const curl = async ([path = '', ...args]: readonly string[]) => {
  const { code, stdout, stderr } = await run('curl', ['-sS', '-w', '\n%{http_code}', ...args, `${base}${path}`], { env: home.env() });
  expect(code, stderr).toBe(0);
  const cut = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(cut + 1)), body: JSON.parse(stdout.slice(0, cut)) as Record<string, unknown> };
};

/** @returns the HTTP status that a WebSocket upgrade is refused with, or 101 */
const upgradeStatus = (headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://localhost:${SEED_PORT}/ws`, { headers });
    socket.once('open', () => {
      socket.close();
      resolve(101);
    });
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode);
    });
    socket.once('error', reject);
  });
