import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { listPackage } from '@electron/asar';
import { FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Child, root, run, startChild } from './harness/child.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { asRoot, launchEntry, makeTestPackage, must } from './harness/packages.ts';
import { freePort } from './harness/ports.ts';
import { startTrayHost, type TrayHost } from './harness/tray-host.ts';
import { says, startUpstream, type Upstream } from './harness/upstream.ts';
import { launchPackaged } from './harness/windows.ts';

/** The package as users get it, but for the Electron in it: unpacked, and installed from the .deb. */
const output = mkdtempSync(join(tmpdir(), 'openclaw-package-'));
const unpacked = join(output, 'linux-unpacked');
const asar = join(unpacked, 'resources', 'app.asar');
const pictures = `${root}/e2e/screenshots`;
let home: Home;
let upstream: Upstream;
let port: number;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  await makeTestPackage(output);
}, 240_000);
afterAll(() => rmSync(output, { recursive: true, force: true }));
beforeEach(async () => {
  home = createHome();
  upstream = await startUpstream(says('hello from the package'));
  port = await freePort();
  home.configure({ ...configFor(upstream.url), gateway: { port } });
});
afterEach(async () => {
  await upstream.stop();
  home.remove();
});

type Listed = {
  readonly plugins: readonly { readonly id: string; readonly bundled: boolean; readonly error: string | null }[];
  readonly channels: readonly { readonly id: string; readonly state: string; readonly detail: string }[];
};

const chat = async (window: Page): Promise<void> => {
  await window.getByRole('textbox', { name: /^(Message|消息)/ }).fill('hello');
  await window.keyboard.press('Enter');
  await window.locator('.reply').getByText('hello from the package').waitFor();
};

describe('the unpacked app', () => {
  test('holds the built program and its native modules, and nothing of the workshop', () => {
    const files = listPackage(asar, { isPack: false }).map((file) => file.replaceAll('\\', '/'));
    expect(files).toEqual(
      expect.arrayContaining(['/out/main/desktop.js', '/out/main/cli.js', '/out/renderer/index.html', '/package.json']),
    );
    expect(files.filter((file) => /^\/(src-|e2e|bench|deploy|docs)|\.(map|ts|tsx)$|\.test\.|musl/.test(file))).toEqual([]);
    const modules = new Set(files.flatMap((file) => /^\/node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(file)?.[1] ?? []));
    expect([...modules].sort()).toEqual([
      '@libsql/linux-x64-gnu',
      '@napi-rs/keyring-linux-x64-gnu',
      '@neon-rs/load',
      'detect-libc',
      'keytar',
      'libsql',
    ]);
    expect(readdirSync(join(unpacked, 'resources'))).not.toContain('default_app.asar');
  });

  test('has the file of plugin processes beside its archive, and it starts there and ends with its pipe', async () => {
    const hostFile = `${asar}.unpacked/out/plugin-host/plugin-host.cjs`;
    const flags = ['--experimental-permission', `--allow-fs-read=${dirname(hostFile)}/*`];
    const child = spawn(join(unpacked, 'openclaw-desktop'), [...flags, hostFile], {
      ...{ env: { ELECTRON_RUN_AS_NODE: '1' }, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] },
    });
    const ping = Buffer.from('{"t":"q","m":"ping","a":["",{}],"i":"1"}');
    const head = Buffer.alloc(8);
    head.writeUInt32LE(ping.length, 0);
    const pipe = child.stdio[3] as Duplex;
    pipe.write(Buffer.concat([head, ping]));
    const [answer] = (await once(pipe, 'data')) as [Buffer];
    expect(JSON.parse(answer.subarray(8).toString())).toEqual({ t: 's', i: '1', r: { ok: true } });
    pipe.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('has every switch of Electron that lets something else in turned off', async () => {
    const wire = await getCurrentFuseWire(join(unpacked, 'openclaw-desktop'));
    const isOn = (fuse: FuseV1Options): boolean => String.fromCharCode(wire[fuse] ?? 0) === '1';
    expect({
      runAsNode: isOn(FuseV1Options.RunAsNode),
      cookieEncryption: isOn(FuseV1Options.EnableCookieEncryption),
      nodeOptions: isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: isOn(FuseV1Options.EnableNodeCliInspectArguments),
      integrity: isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      onlyAsar: isOn(FuseV1Options.OnlyLoadAppFromAsar),
      fileProtocol: isOn(FuseV1Options.GrantFileProtocolExtraPrivileges),
    }).toEqual({
      runAsNode: true,
      cookieEncryption: true,
      nodeOptions: false,
      inspect: false,
      integrity: true,
      onlyAsar: true,
      fileProtocol: false,
    });
  });

  test('passes what the release workflow asks of it', async () => {
    const script = `${root}/deploy/package/smoke.mjs`;
    const written = await must(process.execPath, [script, output, '--', '--no-sandbox', '--disable-gpu'], { env: home.env() });
    expect(written.match(/^(ok|FAILED)/gm)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
  });

  test('starts a plugin project out of the archive', async () => {
    await must(join(unpacked, 'openclaw'), ['plugins', 'init', 'acme'], { cwd: output, env: home.env() });
    expect(readdirSync(join(output, 'acme/vendor')).sort()).toEqual(['create-openclaw-plugin', 'plugin-sdk']);
    const ours = `${root}/packages/create-openclaw-plugin`;
    for (const file of ['package.json', 'dist/bin.mjs', 'dist/index.mjs', 'dist/run.mjs'])
      expect(readFileSync(join(output, 'acme/vendor/create-openclaw-plugin', file), 'utf8')).toBe(readFileSync(join(ours, file), 'utf8'));
  });

  test('shows its startup page, its console and its menus out of the archive', async () => {
    // Playwright drives Electron through the inspector, which the package has turned off: a copy with that one switch on.
    const copy = join(output, 'inspectable');
    cpSync(unpacked, copy, { recursive: true });
    const program = join(copy, 'openclaw-desktop');
    await flipFuses(program, { version: FuseVersion.V1, [FuseV1Options.EnableNodeCliInspectArguments]: true });
    const holder = createServer((_request, response) => response.end('not openclaw'));
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
    const { app, window } = await launchPackaged(program, home, { LANG: 'en_US.UTF-8' });
    try {
      await window.getByText(new RegExp(`pid ${process.pid}`)).waitFor();
      expect(await app.evaluate((electron) => electron.app.isPackaged)).toBe(true);
      holder.closeAllConnections();
      await new Promise((resolve) => holder.close(resolve));
      await window.getByRole('button', { name: /try again/i }).click();
      await chat(window);
      await window.screenshot({ path: `${pictures}/package.png` });
      const devTools = await app.evaluate(({ Menu }) =>
        Menu.getApplicationMenu()
          ?.items.flatMap(({ submenu }) => submenu?.items ?? [])
          .some(({ role }) => String(role).toLowerCase() === 'toggledevtools'),
      );
      expect(devTools).toBe(false);
    } finally {
      await app.close();
      holder.close();
    }
  });
});

describe('the .deb', () => {
  const packageName = 'openclaw-desktop';
  const entry = '/usr/share/applications/openclaw-desktop.desktop';
  let child: Child | undefined;
  let browser: Browser | undefined;
  let tray: TrayHost | undefined;
  let before: string;

  /** Whatever of the system's has our name. */
  const traces = async (): Promise<string> =>
    (
      await must('find', [
        '/opt',
        '/usr',
        '/etc',
        '/var/lib/dpkg/alternatives',
        '-xdev',
        '-iname',
        '*openclaw*',
        '-not',
        '-path',
        `${root}/*`,
      ])
    )
      .split('\n')
      .sort()
      .join('\n');
  const deb = (): string => join(output, readdirSync(output).find((name) => name.endsWith('.deb')) ?? 'no.deb');
  const isInstalled = async (): Promise<boolean> => (await run('dpkg', ['--status', packageName])).stdout.includes('install ok installed');

  beforeAll(async () => {
    if (await isInstalled()) throw new Error(`${packageName} is installed here already; these tests would remove it.`);
    before = await traces();
    await asRoot('dpkg', ['-i', deb()]);
  });
  afterEach(async () => {
    await browser?.close();
    await child?.stop();
    await tray?.stop();
    child = browser = tray = undefined;
  });
  afterAll(async () => {
    // What was removed still stands in dpkg's book, for its script to be run when it is purged.
    if ((await run('dpkg', ['--status', packageName])).code === 0) await asRoot('dpkg', ['-P', packageName]);
  });

  test('puts an entry into the menu, a handler for our links, and openclaw on the PATH', async () => {
    await must('desktop-file-validate', [entry]);
    const text = readFileSync(entry, 'utf8');
    expect(text).toMatch(/^Exec=\/opt\/OpenClaw\/openclaw-desktop %U$/m);
    expect(existsSync(`/usr/share/icons/hicolor/256x256/apps/${/^Icon=(.*)$/m.exec(text)?.[1]}.png`)).toBe(true);
    expect((await must('xdg-mime', ['query', 'default', 'x-scheme-handler/openclaw'], { env: home.env() })).trim()).toBe(
      'openclaw-desktop.desktop',
    );
    const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string };
    expect(await must('/usr/bin/openclaw', ['--version'], { env: home.env() })).toBe(`${version}\n`);
    expect(await must('openclaw', ['--version'], { env: home.env({ PATH: '/usr/bin:/bin' }) })).toBe(`${version}\n`);
  });

  test('serves headless, with secrets in the keychain', async () => {
    child = startChild('/usr/bin/openclaw', ['gateway'], { env: home.env() });
    await child.waitFor(/listening on/, { in: 'stderr' });
    const status = JSON.parse(await must('/usr/bin/openclaw', ['status', '--json'], { env: home.env() }));
    expect(status).toMatchObject({ status: 'ok', secrets: { backend: 'keychain' } });

    // The channels stand outside of the archive, whole, and run in the process of plugins.
    const { plugins } = JSON.parse(await must('openclaw', ['channels', 'list', '--json'], { env: home.env() })) as Listed;
    const built = readdirSync(`${root}/packages/channels`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(plugins.map(({ id }) => id).sort()).toEqual(built.map(({ name }) => name).sort());
    expect(plugins.filter(({ bundled, error }) => !bundled || error !== null)).toEqual([]);
    await must('openclaw', ['channels', 'enable', 'webhook'], { env: home.env() });
    const webhook = async () =>
      (JSON.parse(await must('openclaw', ['channels', 'list', '--json'], { env: home.env() })) as Listed).channels.find(
        ({ id }) => id === 'webhook',
      );
    await expect
      .poll(webhook, { timeout: 20_000 })
      .toMatchObject({ state: 'needs-auth', detail: expect.stringContaining('Fill in the secret') });
    child.kill('SIGINT');
    expect(await child.exited).toEqual({ code: 0, signal: null });
  });

  test('starts from its entry, chats, opens a link, hides to the tray and quits from there', async () => {
    tray = await startTrayHost();
    const debugPort = await freePort();
    const env = home.env({ LANG: 'en_US.UTF-8' });
    child = launchEntry(entry, home.dir, { switches: [`--remote-debugging-port=${debugPort}`], env });
    const icon = await tray.item();
    await expect.poll(icon.toolTip).toBe('OpenClaw – Ready');

    const bearer = (await must('/usr/bin/openclaw', ['token', 'create', '--name', 'my-dev-client', '--expires-in', '30d'], { env })).trim();
    expect(bearer).toMatch(/^Bearer eyJ/);
    const answer = await fetch(`http://localhost:${port}/api/v1/messages`, {
      method: 'POST',
      headers: { Authorization: bearer, 'Content-Type': 'application/json' },
      body: '{"content":"hi"}',
    });
    expect(await answer.json()).toMatchObject({ status: 'completed', finalReply: 'hello from the package' });

    browser = await chromium.connectOverCDP(`http://127.0.0.1:${debugPort}`);
    const window = browser.contexts()[0]!.pages()[0]!;
    await chat(window);
    await window.screenshot({ path: `${pictures}/installed.png` });
    await must('gio', ['launch', join(home.dir, 'copy.desktop'), 'openclaw://settings'], { env });
    await expect.poll(() => new URLSearchParams(new URL(window.url()).hash.slice(1)).get('page')).toBe('settings');

    await icon.choose('Quit OpenClaw');
    await expect.poll(() => fetch(`http://localhost:${port}/healthz`).catch(() => 'gone')).toBe('gone');
    await expect.poll(async () => (await run('pgrep', ['-f', '^/opt/OpenClaw/'])).stdout).toBe('');
  });

  test('is removed without a trace but the home of its user', async () => {
    await must('/usr/bin/openclaw', ['token', 'create', '--name', 'kept'], { env: home.env() });
    await asRoot('dpkg', ['-r', packageName]);
    expect(await traces()).toBe(before);
    expect(readFileSync('/usr/share/applications/mimeinfo.cache', 'utf8')).not.toContain('openclaw');
    expect(readdirSync(home.dir)).toEqual(expect.arrayContaining(['config.json', 'data']));
  });
});
