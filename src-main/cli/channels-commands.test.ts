import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryPluginStore } from '../channels/install/memory-plugin-store.ts';
import { createMemoryPluginHost } from '../channels/memory-plugin-host.ts';
import { systemClock } from '../clock.ts';
import { beginCli, createTerminal } from '../testing/cli.ts';
import { type CommandLine, createCommandLine } from '../testing/command-line.ts';
import { archiveOf } from '../testing/plugin-archive.ts';

class Channel {
  async sendMessage(to: string): Promise<void> {
    if (to === 'nobody') throw new Error('nobody of that name');
  }
}

let cli: CommandLine;
const put = (...wanted: Parameters<typeof archiveOf>): string => {
  const file = join(cli.folder, `${wanted[0].id}.plugin`);
  writeFileSync(file, archiveOf(...wanted));
  return file;
};
beforeEach(() => {
  cli = createCommandLine();
});
const start = () =>
  cli.start({
    ports: {
      plugins: createMemoryPluginStore({ clock: systemClock }),
      pluginHost: createMemoryPluginHost({ clock: systemClock, plugins: { mine: Channel } }),
    },
  });

describe('openclaw channels', () => {
  it('shows what a plugin asks for, installs it, and says what comes next', async () => {
    await start();
    const file = put({ id: 'mine', name: 'My \u001b[31mown', version: '1.0.0', permissions: { net: ['api.example.com'] } });
    const { code, stdout, stderr } = await cli.run('channels', 'install', file, '--yes');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/It asks for:\n {4}It speaks to api\.example\.com\n/);
    expect(stderr).toMatch(/sha256 [0-9a-f]{64}\n/);
    expect(stderr).toMatch(/no full sandbox/);
    expect(stderr).toMatch(/mine 1\.0\.0 is installed\. Switch it on: openclaw channels enable mine\n$/);
    expect(stderr).not.toContain('\u001b[31m');
    expect((await cli.run('channels', 'list')).stdout).toMatch(/^mine +installed +1\.0\.0 +switch it on: openclaw channels enable mine$/m);

    put({ id: 'mine', version: '1.1.0', permissions: { net: ['*'] } });
    const again = await cli.run('channels', 'install', file, '--yes', '--json');
    expect(again.stderr).toMatch(/It replaces version 1\.0\.0\.\n.*\n {4}It speaks to any host of any network\. \[new\]\n/);
    expect(JSON.parse(again.stdout)).toMatchObject({ review: { replaces: { version: '1.0.0' } }, plugin: { version: '1.1.0' } });
    expect((await cli.run('channels', 'rollback', 'mine')).stderr).toBe('mine is 1.0.0 again. Undo: openclaw channels rollback mine\n');
    expect((await cli.run('channels', 'remove', 'mine')).stderr).toMatch(/The plugin "mine" is removed with it\./);
    expect(await cli.run('channels', 'remove', 'mine')).toMatchObject({ code: 1, stderr: expect.stringMatching(/no such channel/) });
  });

  it('switches one on that config.json does not know yet, gives it its secret, tries it, and switches it off', async () => {
    const t = await start();
    const configSchema = { type: 'object', properties: { token: { type: 'string' } }, required: ['token'] };
    await cli.run('channels', 'install', put({ id: 'mine', configSchema, uiHints: { token: { sensitive: true } } }), '--yes');
    expect((await cli.run('channels', 'enable', 'mine')).code).toBe(0);
    const state = async () => JSON.parse((await cli.run('channels', 'list', '--json')).stdout).channels.at(-1);
    await expect.poll(state).toMatchObject({ id: 'mine', state: 'needs-auth', detail: expect.stringContaining('"token"') });

    const given = beginCli({ OPENCLAW_HOME: cli.folder }, ['channels', 'secret', 'mine', 'token'], Readable.from(['s3cret\n']));
    expect([await given.code, given.written.stdout]).toEqual([0, '']);
    expect(await t.home.secrets.get('channel.mine.token')).toBe('s3cret');
    await expect.poll(state).toMatchObject({ state: 'running' });

    expect(await cli.run('channels', 'test', 'mine', '--to', 'ann')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Sent to ann in/),
    });
    expect(await cli.run('channels', 'test', 'mine', '--to', 'nobody')).toMatchObject({
      code: 1,
      stderr: 'Not sent: nobody of that name\n',
    });
    expect(await cli.run('channels', 'pair', 'mine', 'AAAA')).toMatchObject({ code: 1, stderr: expect.stringMatching(/pairing code/) });
    expect((await cli.run('channels', 'disable', 'mine')).stderr).toMatch(/^mine: /);
    await expect.poll(state).toMatchObject({ state: 'disabled' });
    await cli.run('channels', 'remove', 'mine');
    expect(await t.home.secrets.get('channel.mine.token')).toBeNull();
  });

  it('shows the log lines of one channel, and those that come', async () => {
    const t = await start();
    const configSchema = { type: 'object', properties: { token: { type: 'string' } }, required: ['token'] };
    await cli.run('channels', 'install', put({ id: 'mine', configSchema, uiHints: { token: { sensitive: true } } }), '--yes');
    // Each says in its log that it needs a token.
    const switchOn = async (id: string) => {
      await t.call('PATCH', `/api/v1/channels/${id}`, { token: t.admin, json: { plugin: 'mine', enabled: true } });
      await expect.poll(async () => (await cli.run('logs')).stdout).toContain(`[channel:${id}]`);
    };
    await switchOn('mine');
    await switchOn('mine-2');
    expect(await cli.run('channels', 'logs', 'mine')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^(\S+ warn {2}\[channel:mine\] [^\n]+\n)+$/),
    });
    expect(await cli.run('channels', 'logs', 'mine', '--level', 'error')).toMatchObject({ code: 0, stdout: '' });
    expect((await cli.run('channels', 'logs', 'x'.repeat(64))).code).toBe(0);
    const following = cli.begin(['channels', 'logs', 'mine', '--follow', '--json']);
    const sources = () =>
      following.written.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).source);
    await expect.poll(sources).toContain('channel:mine');
    const before = sources().length;
    await t.call('POST', '/api/v1/channels/mine-2/start', { token: t.admin });
    await t.call('POST', '/api/v1/channels/mine/start', { token: t.admin });
    await expect.poll(() => sources().length).toBe(before + 1);
    expect(new Set(sources())).toEqual(new Set(['channel:mine']));
    await t.stop();
    expect(await following.code).toBe(69);
  });

  it('installs nothing where nobody says yes', async () => {
    await start();
    const file = put({ id: 'mine' });
    expect(await cli.run('channels', 'install', file)).toMatchObject({ code: 2, stderr: expect.stringMatching(/no terminal.*\n.*--yes/) });
    for (const [answer, code] of [
      ['n', 1],
      ['', 1],
      ['y', 0],
    ] as const) {
      const terminal = createTerminal();
      const work = beginCli({ OPENCLAW_HOME: cli.folder }, ['channels', 'install', file], terminal);
      await expect.poll(() => work.written.stderr, { timeout: 10_000 }).toContain('Install it? [y/N]');
      expect((await cli.run('channels', 'list')).stdout).not.toContain('mine');
      terminal.type(`${answer}\r`);
      expect(await work.code).toBe(code);
    }
    expect((await cli.run('channels', 'list')).stdout).toContain('mine');
  });

  it('says what is wrong with an archive, a file, and the gateway', async () => {
    const file = put({ id: 'mine' });
    expect(await cli.run('channels', 'install', file, '--yes')).toMatchObject({
      code: 69,
      stderr: expect.stringMatching(/No gateway runs/),
    });
    await start();
    expect(await cli.run('channels', 'install', join(cli.folder, 'none.plugin'))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/cannot be read \(ENOENT\)/),
    });
    writeFileSync(file, 'no zip');
    expect(await cli.run('channels', 'install', file, '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/refused: It is no zip, or cut off\. Nothing was installed\./),
    });
  });
});
