import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { beginCli, createTerminal } from '../testing/cli.ts';
import { createCommandLine } from '../testing/command-line.ts';
import { scriptModel } from '../testing/upstream.ts';

const seedSkill = /JSON\s+(\{\s+"slug"[\s\S]*?\n\})/.exec(
  readFileSync(new URL('../../e2e/fixtures/openclaw-api-tutorial.zh.txt', import.meta.url), 'utf8'),
)?.[1];

describe('openclaw skills install, at a terminal', () => {
  it('shows what it is, and installs it when somebody says yes', async () => {
    const cli = createCommandLine();
    await cli.start();
    const file = join(cli.folder, 'auto-deploy-vercel.json');
    writeFileSync(file, seedSkill ?? '');
    for (const [says, outcome] of [
      ['n', 'Nothing was installed.'],
      ['y', 'Installed @auto-deploy-vercel'],
    ] as const) {
      const terminal = createTerminal();
      const work = beginCli({ OPENCLAW_HOME: cli.folder }, ['skills', 'install', file], terminal);
      await expect.poll(() => work.written.stderr, { timeout: 10_000 }).toContain('Install it? [y/N]');
      expect(work.written.stderr).toContain('tool     run_vercel_deploy: not set up');
      terminal.type(`${says}\r`);
      expect(await work.code).toBe(0);
      expect(work.written.stderr).toContain(outcome);
    }
    expect((await cli.run('skills', 'list')).stdout.match(/auto-deploy-vercel/g)).not.toBeNull();
  });
});

describe('openclaw skills', () => {
  it("installs the tutorial's skill, binds its tool, and calls it", async () => {
    const cli = createCommandLine();
    const upstream = await scriptModel(({ messages }) =>
      messages.at(-1)?.role === 'tool'
        ? { kind: 'text', chunks: [String(messages.at(-1)?.content)] }
        : { kind: 'tools', calls: [{ id: 'c', name: 'run_vercel_deploy', arguments: {} }] },
    );
    await cli.start({ upstream });
    const file = join(cli.folder, 'auto-deploy-vercel.json');
    writeFileSync(file, seedSkill ?? '');
    expect(await cli.run('skills', 'install', file)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('openclaw skills bind auto-deploy-vercel run_vercel_deploy -- vercel deploy --prebuilt'),
    });
    expect((await cli.run('skills', 'list')).stdout).toContain('[not set up: run_vercel_deploy]');
    const said = await cli.run('message', '@auto-deploy-vercel 部署我的Next.js项目');
    expect(said.stdout).toContain('run_vercel_deploy is not set up');
    expect(await cli.run('skills', 'bind', 'auto-deploy-vercel', 'run_vercel_deploy')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('suggests'),
    });
    const bound = await cli.run(
      'skills',
      'bind',
      'auto-deploy-vercel',
      'run_vercel_deploy',
      '--',
      '/bin/echo',
      'https://preview',
      '--prebuilt',
    );
    expect(bound).toMatchObject({ code: 0, stderr: expect.stringContaining('"/bin/echo" "https://preview" "--prebuilt"') });
    const service = (...more: string[]) => cli.run('skills', 'bind', 'auto-deploy-vercel', 'run_vercel_deploy', '--url', ...more);
    expect(await service('http://api.example/{name}', '--header', 'A: b')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('url: https, unless'),
    });
    expect(await service('https://api.example/x', '--header', 'none')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is no header'),
    });
    expect((await service('http://10.0.0.1/{name}', '--private', '--method', 'get')).stderr).toContain('runs: GET http://10.0.0.1/{name}');
    await cli.run('skills', 'bind', 'auto-deploy-vercel', 'run_vercel_deploy', '--', '/bin/echo', 'https://preview', '--prebuilt');
    const { written, code } = cli.begin(['message', '@auto-deploy-vercel 部署我的Next.js项目']);
    await expect.poll(() => written.stderr, { timeout: 5_000 }).toContain('approvals approve apr_');
    await cli.run('approvals', 'approve', /apr_[\w-]{22}/.exec(written.stderr)?.[0] ?? '');
    expect([await code, written.stdout]).toEqual([0, expect.stringContaining('https://preview --prebuilt')]);
    expect(await cli.run('message', '@auto-deploy-vercal 部署')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('@auto-deploy-vercel'),
    });
    expect((await cli.run('skills', 'remove', 'auto-deploy-vercel')).stderr).toContain('Undo');
    expect((await cli.run('skills', 'restore', 'auto-deploy-vercel')).stderr).toContain('is back');
  });

  it('validates strictly what is read leniently, without a gateway', async () => {
    const cli = createCommandLine();
    const folder = join(cli.folder, 'Some Folder');
    mkdirSync(folder);
    writeFileSync(join(folder, 'SKILL.md'), `---\nname: pdf\ndescription: ${'long '.repeat(300)}\n---\nDo it.\n`);
    const { code, stdout } = await cli.run('skills', 'validate', folder);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/its folder "Some Folder"[\s\S]*1024 is the most/)]);
    writeFileSync(join(cli.folder, 'good.json'), seedSkill ?? '');
    expect(await cli.run('skills', 'validate', join(cli.folder, 'good.json'))).toMatchObject({
      code: 0,
      stdout: 'auto-deploy-vercel: ok\n',
    });
  });
});
