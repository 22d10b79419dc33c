import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { hostFile, openForkHost } from '../testing/fork-host.ts';
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts';
import { came, createListener, installed, message } from './plugin-host.conformance.ts';
import type { KeptPlugin, PluginHost, PluginUnit } from './plugin-host.ts';

const folderOf = (id: string): string => fileURLToPath(new URL(`../testing/plugins/${id}`, import.meta.url));

let data: string;
let clock: ManualClock;
let host: PluginHost;

beforeEach(async () => {
  data = await realpath(await mkdtemp(join(tmpdir(), 'nasty-')));
  clock = createManualClock();
  host = openHost();
});

const openHost = ({ execPath = process.execPath, gatewayFiles = [] as readonly string[] } = {}): PluginHost =>
  openForkHost({
    ...{ home: data, clock, execPath, gatewayFiles },
    env: { ...process.env, OPENCLAW_SECRET: 's', WANTED: 'w', UNWANTED: 'u', NODE_OPTIONS: '--no-warnings' },
  });
afterEach(async () => {
  const closed = host.close();
  // A plugin that does not stop is waited for.
  while ((await Promise.race([closed.then(() => 'closed'), setImmediate('open')])) === 'open') clock.advance(100);
  // Time ran faster here than the machine may end what was killed.
  while ((await processes()).length > 0) await setImmediate();
  await rm(data, { recursive: true });
});

/** What runs in this test's folder. */
const processes = async (): Promise<string[]> => {
  const found = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => [pid, await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')] as const),
  );
  return found.filter(([, command]) => command.includes(data)).map(([pid]) => pid);
};

type Options = { readonly at?: Record<string, string>; readonly id?: string; readonly bundled?: boolean; readonly permissions?: object };

const keep = ({ at = {}, id = 'nasty', bundled = false, permissions = {} }: Options = {}, more: Partial<PluginUnit> = {}, on = host) => {
  const options = { at, gatewayPid: process.pid, secretFile: join(data, 'secret') };
  const listener = createListener(id, installed('nasty', folderOf('nasty'), { permissions }, bundled), join(data, 'units', id), {
    options,
    ...more,
  });
  return { ...listener, plugin: on.keep(listener.unit) };
};

const running = async (...args: Parameters<typeof keep>) => {
  const kept = keep(...args);
  await came(kept.plugin, 'running');
  return kept;
};

/** Lets that much time pass, a ping at a time, each with its answer where there is one. */
const pass = async (ms: number, others: readonly KeptPlugin[] = []): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 1_000) {
    clock.advance(1_000);
    await Promise.all(others.map((other) => other.check()));
  }
};

describe('a plugin that crashes', () => {
  it('is started again after a second, two, four, eight, and not after the fifth time', async () => {
    const { plugin } = keep({ at: { start: 'exit' } });
    for (const delay of [1_000, 2_000, 4_000, 8_000]) {
      expect(await came(plugin, 'back-off')).toMatchObject({ detail: 'It exited by itself, with code 3.', nextTryAt: clock.now() + delay });
      clock.advance(delay - 1);
      expect(plugin.health().state).toBe('back-off');
      clock.advance(1);
      expect(plugin.health().state).toBe('starting');
    }
    expect(await came(plugin, 'failed')).toMatchObject({
      restarts: 4,
      nextTryAt: null,
      detail: expect.stringMatching(/5 times within 10 minutes\).*code 3/),
    });
    clock.advance(3_600_000);
    expect(plugin.health().state).toBe('failed');
    await plugin.restart();
    expect(await came(plugin, 'back-off')).toMatchObject({ nextTryAt: clock.now() + 1_000 });
  });

  it('says what it threw, and tells those who waited that they cannot know', async () => {
    const { plugin } = await running();
    const waiting = plugin.send('never', message('x'));
    void plugin.send('throwLater', message('x')).catch(() => undefined);
    await expect(waiting).rejects.toMatchObject({ code: 'NETWORK', retryable: true, inDoubt: true });
    expect((await came(plugin, 'back-off')).detail).toBe('It threw what nobody caught: TypeError: thrown at nobody');
    await expect(plugin.send('x', message('x'))).rejects.toMatchObject({ code: 'NETWORK', retryable: true, inDoubt: false });
  });

  it('ends where its memory ends', async () => {
    const { plugin } = await running();
    void plugin.send('leak', message('x')).catch(() => undefined);
    expect((await came(plugin, 'back-off')).detail).toBe('It ran out of memory: plugins have 128 MB.');
  });

  it('takes all that share its process along, and all of them come back', async () => {
    const one = await running({ id: 'one', bundled: true });
    const two = await running({ id: 'two', bundled: true });
    expect(await processes()).toHaveLength(1 + Number(one.plugin.health().isolation?.signals) * 2);
    void one.plugin.send('exit', message('x')).catch(() => undefined);
    await Promise.all([came(one.plugin, 'back-off'), came(two.plugin, 'back-off')]);
    clock.advance(1_000);
    await Promise.all([came(one.plugin, 'running'), came(two.plugin, 'running')]);
    await two.plugin.send('x', message('x'));
  });

  it('leaves those that share its process alone where only its start fails', async () => {
    const one = await running({ id: 'one', bundled: true });
    const two = keep({ id: 'two', bundled: true, at: { start: 'throw' } });
    expect((await came(two.plugin, 'back-off')).detail).toMatch(/could not be started: not today/);
    await one.plugin.send('x', message('x'));
    expect(one.plugin.health()).toMatchObject({ state: 'running', restarts: 0 });
  });
});

describe('a plugin that does not answer', () => {
  it('is ended after three pings without an answer, be it in an endless loop', async () => {
    const well = await running({ id: 'well' });
    const { plugin } = await running();
    void plugin.send('spin', message('x')).catch(() => undefined);
    await pass(20_000, [well.plugin]);
    expect(plugin.health()).toMatchObject({ state: 'back-off', detail: expect.stringMatching(/did not answer for 15 s/) });
    expect(well.plugin.health()).toMatchObject({ state: 'running', restarts: 0 });
  });

  it('has 30 s to start', async () => {
    const well = await running({ id: 'well', bundled: true });
    const { plugin } = keep({ id: 'late', bundled: true, at: { start: 'never' } });
    while (plugin.health().capabilities === null) await setImmediate();
    await pass(29_000, [well.plugin]);
    expect(plugin.health().state).toBe('starting');
    clock.advance(1_000);
    expect((await came(plugin, 'back-off')).detail).toMatch(/did not answer \(start\) within 30 s/);
  });

  it('has 60 s to send, and what becomes of it then is not known', async () => {
    const { plugin } = await running();
    const sent = plugin.send('never', message('x'));
    const failed = expect(sent).rejects.toMatchObject({ name: 'PluginFailure', retryable: true, inDoubt: true });
    await pass(60_000, [plugin]);
    await failed;
    expect(plugin.health().state).toBe('running');
  });

  it('has 5 s to stop', async () => {
    for (const stop of ['never', 'spin']) {
      const { plugin } = await running({ at: { stop } });
      const stopped = plugin.stop();
      await setImmediate();
      clock.advance(5_000);
      await stopped;
      expect(plugin.health().state).toBe('stopped');
      expect(await processes()).toEqual([]);
    }
  });
});

describe('a plugin that says too much', () => {
  it('waits with its messages until the gateway has taken those before', async () => {
    let atWork = 0;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { plugin } = await running(
      {},
      {
        heard: async () => {
          atWork += 1;
          await gate;
        },
      },
    );
    const before = process.memoryUsage().rss;
    const sent = plugin.send('hearOften', message('x'));
    while (atWork < 32) await setImmediate();
    for (let n = 0; n < 1_000; n += 1) await setImmediate();
    expect(atWork).toBe(32);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
    open();
    await sent;
    expect(plugin.health().state).toBe('running');
  });

  for (const [deed, line] of [
    ['logOften', /info line \d+/],
    ['rejectOften', /error A promise was rejected and nobody caught it: Error: nobody listens/],
    ['writeOften', /info raw \d+/],
  ] as const) {
    it(`goes on without those lines of its log that are too many (${deed})`, async () => {
      const { plugin, lines, until } = await running();
      await plugin.send(deed, message('x'));
      await until(() => lines.length >= 100);
      await plugin.check();
      expect(lines.filter((text) => !line.test(text))).toEqual([]);
      expect(lines.length).toBeLessThanOrEqual(400);
      expect(plugin.health().state).toBe('running');
    });
  }

  it('is read so fast and no faster when it floods its pipe', async () => {
    const { plugin, lines } = await running();
    void plugin.send('flood', message('x')).catch(() => undefined);
    while (lines.length < 400) await setImmediate();
    for (let n = 0; n < 1_000; n += 1) await setImmediate();
    expect(lines.length).toBe(400);
    clock.advance(5_000);
    expect(lines.at(-1)).toMatch(/^warn \d+ lines of its log were dropped/);
    expect(plugin.health().state).toBe('running');
  });
});

describe('a plugin that goes around its SDK', () => {
  for (const [deed, why] of [
    ['garbage', /bytes of JSON at once; 1048576 are allowed/],
    ['huge', /4294967295 bytes of JSON at once/],
    ['hugeFile', /a file of 4294967295 bytes/],
    ['notJson', /not JSON/],
    ['notCall', /no call and no answer/],
    ['proto', /no call and no answer/],
    ['answerAll', /no call and no answer/],
    ['answerNobody', /answered what nobody has asked/],
    ['loose', /bytes that belong to no call/],
    ['forge', /spoke for "telegram", which does not run there/],
  ] as const) {
    it(`is ended, and it is said why (${deed})`, async () => {
      const { plugin, heard } = await running();
      void plugin.send(deed, message('x')).catch(() => undefined);
      expect((await came(plugin, 'back-off')).detail).toMatch(why);
      expect(heard).toEqual([]);
    });
  }
});

describe('what a plugin may do on this computer', () => {
  it('is little', async () => {
    await writeFile(join(data, 'secret'), 'hunter2');
    const asking = installed('nasty', folderOf('nasty'), { permissions: { env: ['WANTED'] } });
    // Which no manifest may ask for.
    asking.manifest.permissions.env.push('OPENCLAW_SECRET', 'NODE_OPTIONS');
    const { plugin } = await running({}, { plugin: asking });
    const { id } = await plugin.send('look', message('x'));
    const { isolation } = plugin.health();
    expect(isolation).toMatchObject({ process: true, files: true });
    expect(JSON.parse(id ?? '')).toEqual({
      ...{ passwd: 'ERR_ACCESS_DENIED', readHost: 'ERR_ACCESS_DENIED', writePlugin: 'ERR_ACCESS_DENIED' },
      ...{ program: 'ERR_ACCESS_DENIED', worker: 'ERR_ACCESS_DENIED', addon: 'ERR_DLOPEN_DISABLED' },
      // Without a process namespace it sees the gateway: the health says so.
      gateway: isolation?.signals ? 'ESRCH' : 'true',
      parent: 'true',
      env: expect.arrayContaining(['ELECTRON_RUN_AS_NODE', 'TMPDIR', 'WANTED']),
      heapMb: 128,
      cwd: join(data, 'units', 'nasty'),
    });
    expect(JSON.parse(id ?? '').env.filter((name: string) => /OPENCLAW|NODE_OPTIONS|UNWANTED|^HOME$|^PATH$/.test(name))).toEqual([]);
  });

  it.each([
    ['the files themselves', (home: string) => join(home, 'data')],
    ['what is below them', (home: string) => join(home, 'data', 'uploads')],
    ['a folder around them', (home: string) => home],
    ['all there is', () => '/'],
    ['a link that leads there', (home: string) => join(home, 'link')],
  ])("does not read the gateway's own files: %s", async (_name, folderIn) => {
    const home = join(data, 'home');
    await mkdir(join(home, 'data', 'uploads'), { recursive: true });
    await symlink(join(home, 'data'), join(home, 'link'));
    const plugin = installed('prying', join(data, 'prying'), { permissions: { fs: [folderIn(home)] } }, false);
    const strict = openHost({ gatewayFiles: [join(home, 'data')] });
    onTestFinished(strict.close);
    await expect(strict.tryOut(plugin)).rejects.toThrow('where the gateway keeps files of its own');
    const { plugin: kept } = keep({ permissions: { fs: [folderIn(home)] } }, {}, strict);
    expect((await came(kept, 'back-off')).detail).toMatch(/no plugin may/);
  });

  it('reads the folders that its manifest names', async () => {
    await writeFile(join(data, 'secret'), 'hunter2');
    const { plugin } = await running({ permissions: { fs: [data] } });
    expect(JSON.parse((await plugin.send('look', message('x'))).id ?? '').readHost).toBe('7');
  });
});

it('is not started where Node has no permission model', async () => {
  const refuses = join(data, 'node');
  await writeFile(refuses, '#!/bin/sh\nexit 9\n', { mode: 0o700 });
  const { plugin } = keep({}, {}, openHost({ execPath: refuses }));
  expect((await came(plugin, 'back-off')).detail).toMatch(/not take Node's permission switches/);
});

it('ends with the gateway, however that ends', async () => {
  const script = `const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, [${JSON.stringify(hostFile)}, ${JSON.stringify(data)}], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'], detached: true });
    child.on('spawn', () => process.stdout.write('up'));
    setInterval(() => undefined, 1_000);`;
  const gateway = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(gateway.stdout, 'data');
  expect(await processes()).toHaveLength(2);
  gateway.kill('SIGKILL');
  await once(gateway, 'exit');
  // The pipe's end reaches the process a moment later.
  while ((await processes()).length > 0) await setImmediate();
});

it('tries one out without what it asks for', async () => {
  const folder = join(data, 'curious');
  const secret = join(data, 'secret');
  await mkdir(folder);
  await writeFile(secret, 's3cret');
  const code = `import { readFileSync } from 'node:fs';
    const seen = process.env.WANTED ?? (() => { try { return readFileSync(${JSON.stringify(secret)}, 'utf8'); } catch { return ''; } })();
    if (seen) throw new Error('it saw ' + seen);
    export default class { async sendMessage() {} }`;
  await writeFile(join(folder, 'index.mjs'), code);
  const curious = installed('curious', folder, { permissions: { env: ['WANTED'], fs: [data], net: ['*'] } }, false);
  expect(await host.tryOut(curious)).toMatchObject({ isolation: { process: true, files: true, network: false } });
});
