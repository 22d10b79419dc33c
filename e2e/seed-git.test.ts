import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, run } from './harness/child.ts';
import { createToken, type RunningGateway, startGateway } from './harness/gateway.ts';
import { createHome, type Home } from './harness/home.ts';
import { seedExamples } from './harness/seed.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';

/**
 * The tutorial's REST example, verbatim: a branch, a file, a commit and a push in a real repository, with a scripted model
 * and the PIN that its section 6 recommends.
 */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let remote: Server;

const middleware = `module.exports = (request, response, next) => {
  console.log(request.method, request.url);
  next();
};
`;
/** What the model calls, one after the other. */
const steps = (remoteUrl: string) => [
  { name: 'shell', arguments: { command: 'git checkout -b feature/api-integration' } },
  { name: 'file_write', arguments: { path: 'middleware/log-requests.js', content: middleware } },
  {
    name: 'shell',
    arguments: { command: 'git add -A && git -c user.name=Agent -c user.email=agent@example.invalid commit -m "Log requests"' },
  },
  { name: 'shell', arguments: { command: `git push ${remoteUrl} feature/api-integration` } },
];

const git = (cwd: string, ...args: readonly string[]): string => execFileSync('git', args, { cwd, encoding: 'utf8' });
const repository = (): string => join(home.dir, '..', 'projects', 'my-repo');
const bare = (): string => join(home.dir, '..', 'remote.git');

/** Git's own server over HTTP, as CGI: what a push needs to be real. */
const serveGit = async (folder: string): Promise<Server> => {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://git');
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        REQUEST_METHOD: request.method,
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        ...(request.headers['content-encoding'] ? { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] } : {}),
      },
    });
    request.pipe(child.stdin);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf('\r\n\r\n');
      for (const line of answer.subarray(0, end).toString().split('\r\n')) {
        const [name = '', value = ''] = line.split(/:\s*(.*)/);
        if (name === 'Status') response.statusCode = Number(value.slice(0, 3));
        else response.setHeader(name, value);
      }
      response.end(answer.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

beforeAll(async () => {
  home = createHome('openclaw-seed-git');
  mkdirSync(repository(), { recursive: true });
  git(repository(), 'init', '--quiet', '--initial-branch=main');
  git(repository(), '-c', 'user.name=A', '-c', 'user.email=a@example.invalid', 'commit', '--quiet', '--allow-empty', '-m', 'Begin');
  git(join(home.dir, '..'), 'init', '--quiet', '--bare', bare());
  git(bare(), 'config', 'http.receivepack', 'true');
  remote = await serveGit(join(home.dir, '..'));
  const remoteUrl = `http://127.0.0.1:${(remote.address() as AddressInfo).port}/remote.git`;
  upstream = await startUpstream(({ messages }) => {
    const told = messages.filter(({ role }) => role === 'tool').length;
    const next = steps(remoteUrl)[told];
    return next
      ? { kind: 'tools', calls: [{ id: `call_${told}`, ...next }] }
      : { kind: 'text', chunks: ['已完成:分支创建、代码写入、commit & push成功。'] };
  });
  home.configure({
    models: { local: { provider: 'openai-compatible', baseUrl: upstream.url, model: 'scripted' } },
    agents: { 'dev-coder': { model: 'local', workspace: '~/projects/my-repo', tools: ['shell', 'file_read', 'file_write'] } },
    security: { requirePinFor: ['shell', 'file_write'] },
  });
  const pinned = await run(process.execPath, [`${root}/out/main/cli.js`, 'pin', 'set'], { env: home.env(), input: '2468\n' });
  expect(pinned).toMatchObject({ code: 0 });
  gateway = await startGateway(home, { port: 18_789 });
});
afterAll(async () => {
  await gateway?.stop();
  await upstream?.stop();
  await new Promise((resolve) => remote?.close(resolve));
  home?.remove();
});

type Answer = { status: string; messageId: string; finalReply: string; approvals?: { id: string; title: string }[] };

const ask = async (token: string, method: string, path: string, body?: object): Promise<{ status: number; json: unknown }> => {
  const response = await fetch(`http://localhost:18789/api/v1/${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, json: await response.json() };
};

test('the agent branches, writes, commits and pushes, asking for the PIN before each step', { timeout: 120_000 }, async () => {
  const operator = await run(
    process.execPath,
    [`${root}/out/main/cli.js`, 'token', 'create', '--name', 'operator', '--scope', 'admin', '--pin-stdin'],
    { env: home.env(), input: '2468\n' },
  );
  const admin = operator.stdout.trim().slice('Bearer '.length);
  const client = await createToken(home);
  const curl = await run('bash', ['-c', seedExamples.curlMessages(client)], { env: home.env() });
  const first = JSON.parse(curl.stdout) as Answer;
  expect(first.status).toBe('approval_required');

  const now = async (): Promise<Answer> => (await ask(admin, 'GET', `messages/${first.messageId}`)).json as Answer;
  const titles: string[] = [];
  let last = '';
  for (let step = 0; step < 4; step += 1) {
    await expect.poll(async () => (await now()).approvals?.[0]?.id ?? last).not.toBe(last);
    const { id = '', title = '' } = (await now()).approvals?.[0] ?? {};
    // Nothing happens without the PIN.
    expect((await ask(admin, 'POST', `approvals/${id}`, { decision: 'approve' })).json).toMatchObject({ error: { code: 'PIN_REQUIRED' } });
    expect((await ask(admin, 'POST', `approvals/${id}`, { decision: 'approve', pin: '2468' })).status).toBe(200);
    titles.push(title);
    last = id;
  }
  expect(titles.map((title) => title.split(' ').slice(0, 2).join(' '))).toEqual([
    'git checkout',
    'create middleware/log-requests.js',
    'git add',
    'git push',
  ]);
  await expect.poll(async () => (await now()).status).toBe('completed');
  expect((await now()).finalReply).toContain('push成功');
  expect(git(repository(), 'log', '--format=%s', 'feature/api-integration')).toBe('Log requests\nBegin\n');
  expect(readFileSync(join(repository(), 'middleware', 'log-requests.js'), 'utf8')).toBe(middleware);
  expect(git(bare(), 'log', '--format=%an %s', '-1', 'feature/api-integration')).toBe('Agent Log requests\n');
});
