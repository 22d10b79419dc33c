import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { beforeEach, expect, it } from 'vitest';
import { createMemoryPluginStore } from '../channels/install/memory-plugin-store.ts';
import { createMemoryPluginHost } from '../channels/memory-plugin-host.ts';
import { systemClock } from '../clock.ts';
import { createTerminal } from '../testing/cli.ts';
import { type CommandLine, createCommandLine } from '../testing/command-line.ts';
import { archiveOf } from '../testing/plugin-archive.ts';
import { createReload } from './plugins-reload.ts';

class Channel {
  async sendMessage(): Promise<void> {}
}

let cli: CommandLine;
let shown: string;
let terminal: ReturnType<typeof createTerminal>;
const reload = (yes = false) => {
  const stderr = new Writable({
    write: (chunk, _encoding, done) => {
      shown += String(chunk);
      done();
    },
  });
  return createReload({ yes }, { env: { OPENCLAW_HOME: cli.folder }, stdin: terminal, stdout: stderr, stderr });
};
const build = (code: string, ...hosts: string[]): string => {
  const file = join(cli.folder, 'mine.plugin');
  writeFileSync(file, archiveOf({ id: 'mine', permissions: { net: hosts } }, code));
  return file;
};
const start = async (enabled: boolean) => {
  const store = createMemoryPluginStore({ clock: systemClock });
  const pluginHost = createMemoryPluginHost({ clock: systemClock, plugins: { mine: Channel } });
  const t = await cli.start({ config: { channels: enabled ? { mine: { enabled } } : {} }, ports: { plugins: store, pluginHost } });
  const versions: string[] = [];
  store.onChange((id) => versions.push(id));
  return { t, versions };
};
beforeEach(() => {
  cli = createCommandLine();
  shown = '';
  terminal = createTerminal();
});
const answered = async (bring: Promise<string>, answer: string): Promise<string> => {
  await expect.poll(() => shown, { timeout: 10_000 }).toContain('Install it? [y/N]');
  shown = '';
  terminal.type(`${answer}\r`);
  return bring;
};

it('asks once, and again where the plugin asks for more', async () => {
  const { versions } = await start(true);
  const bring = reload();
  expect(await answered(bring(build('1', 'a.example')), 'y')).toBe('The gateway runs it anew: mine.');
  expect(await bring(build('2', 'a.example'))).toBe('The gateway runs it anew: mine.');
  expect(await bring(build('2', 'a.example'))).toBe('The gateway has this mine already.');
  expect(await answered(bring(build('3', 'a.example', 'b.example')), 'n')).toBe('Nothing was installed.');
  expect(versions).toEqual(['mine', 'mine']);
  expect(await answered(bring(build('4', 'a.example', 'b.example')), 'y')).toBe('The gateway runs it anew: mine.');
});

it('says how it is switched on, and where no gateway runs', async () => {
  const file = build('1');
  expect(await reload(true)(file)).toBe('No gateway runs that could take it up.');
  await start(false);
  expect(await reload(true)(file)).toBe('The gateway has it. Switch it on: openclaw channels enable mine');
});

it('remembers the PIN', async () => {
  const { t } = await start(true);
  await t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin: '2468' } });
  const bring = reload(true);
  const first = bring(build('1'));
  await expect.poll(() => shown, { timeout: 10_000 }).toContain('PIN: ');
  terminal.type('2468\r');
  expect(await first).toBe('The gateway runs it anew: mine.');
  expect(await bring(build('2'))).toBe('The gateway runs it anew: mine.');
});
