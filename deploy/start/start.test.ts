import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findElectron } from './find-electron.mjs';
import { formatProgress } from './format-progress.mjs';
import { splitArguments } from './split-arguments.mjs';
import { displaySocket, whyNoWindow } from './why-no-window.mjs';

const folder = mkdtempSync(join(tmpdir(), 'start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('Chromium gets its switches, the app the rest', () => {
  expect(splitArguments(['--no-sandbox', '--port', '4000', '--password-store=basic', 'openclaw://chat'])).toEqual({
    chromium: ['--no-sandbox', '--password-store=basic'],
    app: ['--port', '4000', 'openclaw://chat'],
  });
});

describe('why there is no window', () => {
  const machine = { platform: 'linux' as NodeJS.Platform, env: {}, isRoot: false, chromium: [] as string[] };

  test('no display is named first: it cannot be helped by a switch', async () => {
    expect(await whyNoWindow({ ...machine, isRoot: true })).toMatch(/no display/);
  });

  test('a display that answers is one', async () => {
    const path = join(folder, 'wayland-0');
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    const env = { XDG_RUNTIME_DIR: folder, WAYLAND_DISPLAY: 'wayland-0' };
    expect(await whyNoWindow({ ...machine, env })).toBeNull();
    expect(await whyNoWindow({ ...machine, env, isRoot: true })).toMatch(/--no-sandbox/);
    expect(await whyNoWindow({ ...machine, env, isRoot: true, chromium: ['--no-sandbox'] })).toBeNull();
    await new Promise((resolve) => server.close(resolve));
    expect(await whyNoWindow({ ...machine, env })).toMatch(/nothing answers/);
  });

  test('Windows and macOS always have one', async () => {
    expect(await whyNoWindow({ ...machine, platform: 'win32' })).toBeNull();
    expect(await whyNoWindow({ ...machine, platform: 'darwin', isRoot: true })).toBeNull();
  });

  test.each([
    [{ DISPLAY: ':0' }, '/tmp/.X11-unix/X0'],
    [{ DISPLAY: ':10.0' }, '/tmp/.X11-unix/X10'],
    [{ DISPLAY: 'localhost:10.0' }, 'unknown'],
    [{ WAYLAND_DISPLAY: '/run/w', DISPLAY: ':0' }, '/run/w'],
    [{ DISPLAY: '' }, null],
  ])('%o is at %s', (env, socket) => {
    expect(displaySocket(env)).toBe(socket);
  });
});

describe('finding Electron', () => {
  const silent = { write: () => true } as unknown as NodeJS.WriteStream;
  let count = 0;
  /** A checkout with an electron package whose installer is this code. */
  const checkout = (installer: string) => {
    const root = join(folder, `checkout-${count++}`);
    const dir = join(root, 'node_modules/electron');
    mkdirSync(join(root, 'out'), { recursive: true });
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(root, 'package.json'), '{}');
    writeFileSync(join(dir, 'package.json'), '{"name":"electron","version":"45.4.1"}');
    writeFileSync(join(dir, 'checksums.json'), '{}');
    writeFileSync(join(dir, 'install.js'), installer);
    return { root, dir };
  };
  const complete = (dir: string, version: string) => {
    mkdirSync(join(dir, 'dist'));
    writeFileSync(join(dir, 'dist/version'), version);
    writeFileSync(join(dir, 'dist/electron'), '');
  };

  test('the one that is there is taken', async () => {
    const { root, dir } = checkout('');
    complete(dir, '45.4.1');
    expect(await findElectron({ root, env: {}, progress: silent })).toEqual({ path: join(dir, 'dist/electron') });
  });

  test('ELECTRON_OVERRIDE_DIST_PATH goes first, and a wrong one is said', async () => {
    const { root, dir } = checkout('');
    complete(dir, '45.4.1');
    const env = { ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'nowhere') };
    expect(await findElectron({ root, env, progress: silent })).toEqual({ reason: expect.stringContaining('ELECTRON_OVERRIDE_DIST_PATH') });
  });

  test('a failed download is remembered for an hour: nothing is tried again, and how to is said', async () => {
    const { root } = checkout('throw new Error("must not run")');
    const remembered = join(root, 'out/.electron-download-failed');
    writeFileSync(remembered, 'Electron 45.4.1 cannot be downloaded: fetch failed (ENOTFOUND)');
    const found = await findElectron({ root, env: {}, progress: silent });
    expect(found).toEqual({ reason: expect.stringMatching(/ENOTFOUND.*install-electron/) });
  });

  test('without the package there is none', async () => {
    const root = join(folder, 'empty');
    mkdirSync(root);
    writeFileSync(join(root, 'package.json'), '{}');
    expect(await findElectron({ root, env: {}, progress: silent })).toEqual({ reason: 'the electron package is not installed' });
  });
});

test('progress is one moving line on a terminal and a few lines elsewhere', () => {
  const written: string[] = [];
  const show = formatProgress({ write: (text) => written.push(text) }, 'Getting it');
  for (let mb = 0; mb <= 100; mb += 1) show.update({ transferred: mb * 1e6, total: 100e6 });
  show.update({ transferred: 0, total: null, doing: 'unpacking' });
  show.end('12 s');
  expect(written).toHaveLength(8);
  expect(written.at(-1)).toBe('Getting it … 12 s\n');
});
