import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CommandLine, createCommandLine } from '../testing/command-line.ts';
import { scriptModel } from '../testing/upstream.ts';

let cli: CommandLine;
beforeEach(() => {
  cli = createCommandLine();
});

const startWithTwo = async () => {
  const t = await cli.start({ upstream: await scriptModel(() => ({ kind: 'text', chunks: ['the \u001b[31mred\u001b[0m answer'] })) });
  const token = await t.token();
  await t.post({ content: '修复登录 bug', sessionId: 'bug-1' }, { token });
  await t.post({ content: 'deploy with sk-abcdefghijklmnopqrstuv\nnow', agentId: 'dev-coder' }, { token });
  return t;
};

describe('openclaw sessions', () => {
  it('list shows those of every token in columns, newest first, and nothing that a terminal would act on', async () => {
    await startWithTwo();
    const { code, stdout, stderr } = await cli.run('sessions', 'list');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'WHEN')).toMatch(
      /^[\w-]{22} {2}WHEN {2}dev-coder {2}api {4}deploy with \[redacted\]\n[\w-]{22} {2}WHEN {2}main {7}api {4}修复登录 bug {2}\(bug-1\)\n$/,
    );
    expect((await cli.run('sessions', 'list', '--limit', '1')).stdout.split('\n').length).toBe(2);
    expect(JSON.parse((await cli.run('sessions', 'list', '--json')).stdout)).toMatchObject([{ agentId: 'dev-coder' }, { name: 'bug-1' }]);
    expect(await cli.run('sessions', 'list', '--limit', '0')).toMatchObject({ code: 2, stdout: '' });
    expect(await cli.run('sessions', 'list', '--limit', '201')).toMatchObject({ code: 2, stdout: '' });
  });

  it('show and search print what was said, by id or by name', async () => {
    await startWithTwo();
    const { code, stdout } = await cli.run('sessions', 'show', 'bug-1');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^修复登录 bug\n[\w-]{22} .* main\n\n.* {2}user\n修复登录 bug\n\n.* {2}main\nthe \\u001b\[31mred\\u001b\[0m answer\n$/,
    );
    expect(JSON.parse((await cli.run('sessions', 'show', 'bug-1', '--json')).stdout).items.length).toBe(2);
    expect(await cli.run('sessions', 'show', 'bug-1', '--limit', '1')).toMatchObject({
      stdout: expect.not.stringContaining('user'),
      stderr: expect.stringContaining('openclaw sessions export'),
    });
    expect((await cli.run('sessions', 'search', '登录')).stdout).toMatch(/^[\w-]{22} .* {2}user {2}修复登录 bug\n$/);
    expect(await cli.run('sessions', 'search', 'zebra')).toEqual({ code: 0, stdout: '', stderr: 'Nothing found.\n' });
    expect(await cli.run('sessions', 'show', 'no-such')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('no such session'),
    });
  });

  it('export writes to stdout or into a file', async () => {
    await startWithTwo();
    expect((await cli.run('sessions', 'export', 'bug-1')).stdout).toMatch(/^# 修复登录 bug\n/);
    const file = join(cli.folder, 'out.json');
    expect(await cli.run('sessions', 'export', 'bug-1', '--format', 'json', '--output', file)).toMatchObject({ code: 0, stdout: '' });
    expect(JSON.parse(readFileSync(file, 'utf8')).items.length).toBe(2);
    expect(await cli.run('sessions', 'export', 'bug-1', '--format', 'pdf')).toMatchObject({ code: 2, stdout: '' });
    const nowhere = join(cli.folder, 'no', 'such', 'folder.md');
    expect(await cli.run('sessions', 'export', 'bug-1', '--output', nowhere)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ENOENT'),
    });
    expect(existsSync(`${nowhere}.part`)).toBe(false);
  });

  it('rename, delete and restore change it, by id or by name', async () => {
    const t = await startWithTwo();
    expect(await cli.run('sessions', 'rename', 'bug-1', '新标题')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('新标题'),
    });
    const { stderr } = await cli.run('sessions', 'delete', 'bug-1');
    const [, seconds, id = ''] = /Within (\d+) s .*\n {2}openclaw sessions restore ([\w-]{22})\n$/.exec(stderr) ?? [];
    expect(Number(seconds)).toBeGreaterThan(50);
    expect((await cli.run('sessions', 'list')).stdout).not.toContain('bug-1');
    expect(await cli.run('sessions', 'delete', 'bug-1')).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse((await cli.run('sessions', 'restore', id, '--json')).stdout)).toMatchObject({ id, name: 'bug-1', title: '新标题' });
    expect((await t.call('GET', '/api/v1/sessions', { token: t.admin })).json.sessions.length).toBe(2);
    expect(await cli.run('sessions', 'rename', 'bug-1', ' ')).toMatchObject({ code: 2, stdout: '' });
    expect((await cli.run('sessions', 'list', '--channel', 'none')).stderr).toBe('No sessions.\n');
  });

  for (const argv of [['list'], ['show', 'x'], ['search', 'x'], ['rename', 'x', 'y'], ['export', 'x'], ['delete', 'x'], ['restore', 'x']])
    it(`${argv[0]} without a gateway is exit code 69`, async () => {
      expect(await cli.run('sessions', ...argv)).toMatchObject({ code: 69, stdout: '', stderr: expect.stringContaining('npm start') });
    });
});
