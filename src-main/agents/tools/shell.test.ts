import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ToolCall } from '../../../src-shared/contract/events.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestHome } from '../../testing/test-gateway.ts';
import { type Reply, startUpstream, type Upstream } from '../../testing/upstream.ts';

let calls: Extract<Reply, { kind: 'tools' }>['calls'] = [];
let upstream: Upstream;
let home: TestHome;
let t: TestGateway;
let workspace: string;
const marker = `marker-${process.pid}`;

beforeAll(async () => {
  upstream = await startUpstream((request) => {
    const last = request.messages.findLastIndex(({ role }) => role === 'user');
    return request.messages.slice(last).some(({ role }) => role === 'tool') ? { kind: 'text', chunks: ['done'] } : { kind: 'tools', calls };
  });
  home = createTestHome({ shared: true });
  workspace = home.workspace('main');
  t = await startTestGateway({ home, upstream, shared: true, config: { security: { shell: { mode: 'allow' } } } });
});
afterAll(async () => {
  await t.end();
  await upstream.stop();
});
beforeEach(() => {
  calls = [];
});

const shell = async (command: string, more: Readonly<Record<string, unknown>> = {}): Promise<ToolCall> => {
  calls = [{ id: 'call_1', name: 'shell', arguments: { command, ...more } }];
  const { status, json } = await t.post({ content: 'go' });
  expect({ status, state: json.status }).toEqual({ status: 200, state: 'completed' });
  return json.toolCalls[0] as ToolCall;
};
/** Processes of this test that are left, on the whole machine. */
const left = (text: string): string => execFileSync('sh', ['-c', `ps -eo args | grep -F -- '${text}' | grep -v grep || true`]).toString();

describe('the shell', () => {
  it('runs a command in the workspace and says how it ended', async () => {
    expect(await shell('echo 你好; pwd')).toMatchObject({ status: 'finished', result: `你好\n${workspace}\n` });
    expect(await shell('echo out; echo err >&2; exit 3')).toMatchObject({ status: 'failed', result: 'out\nerr\n\n[exit code 3]' });
    expect(await shell('true')).toMatchObject({ status: 'finished', result: '(no output)' });
    mkdirSync(join(workspace, 'sub'), { recursive: true });
    expect(await shell('pwd', { cwd: 'sub' })).toMatchObject({ result: `${join(workspace, 'sub')}\n` });
    expect(await shell('pwd', { cwd: '..' })).toMatchObject({ status: 'failed', result: expect.stringContaining('outside the workspace') });
  });

  it('gives no stdin to wait for, and nothing of the gateway in the environment', async () => {
    expect(await shell('cat; echo end')).toMatchObject({ result: 'end\n' });
    process.env.OPENCLAW_TEST_SECRET = 'nobody may read this';
    expect((await shell('env')).result).not.toContain('OPENCLAW_TEST_SECRET');
  });

  it('caps what the model is told, and keeps the rest where it can read it', async () => {
    const { result = '' } = await shell('seq 1 100000');
    expect(result.length).toBeLessThan(17_000);
    expect(result.startsWith('1\n2\n')).toBe(true);
    expect(result).toContain('100000');
    const path = /\[all of it: (.+)\]/.exec(result)?.[1] ?? '';
    expect(readFileSync(join(workspace, path), 'utf8')).toContain('\n50000\n');
  });

  it('keeps nothing through a link that a command has left there', async () => {
    const outside = join(home.folder, 'outside');
    mkdirSync(outside);
    execFileSync('rm', ['-rf', join(workspace, '.openclaw')]);
    symlinkSync(outside, join(workspace, '.openclaw'));
    expect((await shell('seq 1 100000')).result).toContain('not kept');
    expect(execFileSync('find', [outside, '-type', 'f']).toString()).toBe('');
    execFileSync('rm', [join(workspace, '.openclaw')]);
  });

  it('survives a flood', async () => {
    const { status, result = '' } = await shell('yes flood | head -c 30000000');
    expect(status).toBe('finished');
    expect(result.length).toBeLessThan(17_000);
  });
});

describe('what it starts', () => {
  it('ends with its time, to the last grandchild', async () => {
    const tree = `(setsid sh -c 'sleep 1000; : ${marker}-time' &) ; sh -c 'sleep 1000; : ${marker}-time' & sleep 1000`;
    expect(await shell(tree, { timeoutMs: 1_000 })).toMatchObject({
      status: 'failed',
      result: expect.stringContaining('ended after 1000 ms'),
    });
    expect(left(`${marker}-time`)).toBe('');
  });

  it('ends with its turn', async () => {
    calls = [
      { id: 'call_1', name: 'shell', arguments: { command: `echo begun; (setsid sh -c 'sleep 1000; : ${marker}-turn' &) ; sleep 1000` } },
    ];
    const ws = await t.ws();
    ws.send({ type: 'message', content: 'go', stream: true });
    const live = await ws.waitFor((frame) => frame.type === 'tool_call' && frame.tool.output !== undefined);
    expect(live).toMatchObject({ content: 'begun\n', tool: { status: 'started', output: { text: 'begun\n', offset: 0 } } });
    expect(left(`${marker}-turn`)).not.toBe('');
    ws.send({ type: 'cancel' });
    await ws.waitFor((frame) => frame.type === 'status' && frame.state === 'cancelled');
    await expect.poll(() => left(`${marker}-turn`)).toBe('');
  });

  it('does not go on in the background', async () => {
    expect(await shell(`sh -c 'sleep 1000; : ${marker}-back' >/dev/null 2>&1 & echo left`)).toMatchObject({ result: 'left\n' });
    await expect.poll(() => left(`${marker}-back`)).toBe('');
  });
});

describe('the sandbox', () => {
  it('is bubblewrap on the machines that the tests run on', async () => {
    const { findSandbox } = (await import('../../programs/open-programs.ts')).openPrograms({
      clock: { after: () => () => undefined },
      platform: process.platform,
      env: process.env,
      home: homedir(),
      hidden: [],
    });
    expect((await findSandbox()).name).toBe(process.platform === 'linux' ? 'bubblewrap' : expect.anything());
  });

  it('lets it write in the workspace and nowhere else', async () => {
    expect(await shell('echo x > inside && cat inside')).toMatchObject({ status: 'finished', result: 'x\n' });
    for (const place of [
      '/etc/openclaw-test',
      join(home.folder, 'openclaw-test'),
      join(homedir(), 'openclaw-test'),
      '/usr/openclaw-test',
    ]) {
      await shell(`echo x > '${place}'`);
      expect(existsSync(place)).toBe(false);
    }
  });

  it("hides the user's home and the gateway's own", async () => {
    writeFileSync(join(home.folder, 'secret.txt'), 'nobody may read this');
    const { result } = await shell(`cat '${home.folder}/secret.txt' '${home.databaseFile}'; ls -A '${homedir()}' /run /tmp`);
    expect(result).not.toContain('nobody may read this');
    expect(result).not.toContain('SQLite');
    expect(result).not.toContain('.bashrc');
  });

  it('hides other processes, and with them the gateway', async () => {
    const { result = '' } = await shell('ls -d /proc/[0-9]* | wc -l; kill -9 1; echo alive');
    expect(Number(result.split('\n')[0])).toBeLessThan(10);
    expect((await t.call('GET', '/healthz')).status).toBe(200);
  });
});
