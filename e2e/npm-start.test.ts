import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Child, root, run, startChild } from './harness/child.ts';
import { createHome, type Home } from './harness/home.ts';
import { freePort } from './harness/ports.ts';

/** `npm start` as a new user meets it, signals and all. */
const folder = mkdtempSync(join(tmpdir(), 'openclaw-start-'));
let home: Home;
let child: Child | undefined;

beforeAll(() => {
  home = createHome();
});
afterEach(async () => {
  await child?.stop();
  child = undefined;
});
afterAll(() => {
  home.remove();
  rmSync(folder, { recursive: true, force: true });
});

const noDisplay = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined };
const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = root): Child =>
  startChild('npm', ['start', '--', ...args], { cwd, env: home.env(env) });
const listening = (port: number): RegExp => new RegExp(`listening on http://localhost:${port}/`);

describe('without a display', () => {
  test('says so in one line, serves the console headless, and gives a one-time sign-in link', async () => {
    const port = await freePort();
    child = start(['--port', String(port)], noDisplay);
    await child.waitFor(listening(port), { in: 'stderr' });
    const [link = ''] = await child.waitFor(new RegExp(`http://localhost:${port}/\\S*sign-?in\\S*`, 'i'), { in: 'stderr' });
    expect(child.stderr().match(/^.*No desktop window.*$/gm)).toEqual([
      expect.stringContaining('neither DISPLAY nor WAYLAND_DISPLAY is set'),
    ]);
    expect((await fetch(`http://localhost:${port}/healthz`)).status).toBe(200);
    const page = await fetch(link);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<html');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it within 2 s', async (signal) => {
    const port = await freePort();
    child = start(['--port', String(port)], noDisplay);
    await child.waitFor(listening(port), { in: 'stderr' });
    const before = performance.now();
    // As a terminal does it: the whole foreground group hears Ctrl-C. A service manager tells npm alone.
    if (signal === 'SIGINT') process.kill(-child.pid, signal);
    else child.kill(signal);
    await expect.poll(() => answers(port), { interval: 20 }).toBe(false);
    await child.exited;
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  test('Ctrl-C is heard twice, from the terminal and from npm: the second does not tear it out of its orderly end', async () => {
    const port = await freePort();
    child = startChild('node', ['deploy/start.mjs', '--port', String(port)], { env: home.env(noDisplay) });
    await child.waitFor(listening(port), { in: 'stderr' });
    child.kill('SIGINT');
    await child.waitFor(/Stopping/, { in: 'stderr' });
    child.kill('SIGINT');
    expect(await child.exited).toEqual({ code: 0, signal: null });
  });

  test('a taken port is said in words, and the exit code says it too', async () => {
    const port = await freePort();
    child = start(['--port', String(port)], noDisplay);
    await child.waitFor(listening(port), { in: 'stderr' });
    const other = createHome();
    try {
      const second = await run('npm', ['start', '--', '--port', String(port)], { env: other.env(noDisplay) });
      expect(second.code).toBe(75);
      expect(second.stderr).toContain(String(port));
    } finally {
      other.remove();
    }
  });
});

describe('with a display', () => {
  // Not `runIf`: a skipped end-to-end test fails the run, and for other users there is nothing to test here.
  if (process.getuid?.() === 0)
    test('as root it does not open a window by itself, and says how', async () => {
      const port = await freePort();
      child = start(['--port', String(port)]);
      await child.waitFor(listening(port), { in: 'stderr' });
      expect(child.stderr()).toMatch(/No desktop window .*root.*--no-sandbox/);
    });

  test('a display that nobody serves counts as none', async () => {
    const port = await freePort();
    child = start(['--port', String(port)], { DISPLAY: ':4711' });
    await child.waitFor(listening(port), { in: 'stderr' });
    expect(child.stderr()).toMatch(/No desktop window \(nothing answers at display :4711\)/);
  });

  test('an Electron that cannot run is said in one line, and the console is served all the same', async () => {
    const dist = join(folder, 'broken-electron');
    mkdirSync(dist);
    writeFileSync(join(dist, 'electron'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    const port = await freePort();
    child = start(['--no-sandbox', '--port', String(port)], { ELECTRON_OVERRIDE_DIST_PATH: dist });
    await child.waitFor(listening(port), { in: 'stderr' });
    expect(child.stderr()).toContain('No desktop window (Electron lacks a system library, see above)');
  });

  test('opens a real window, and Ctrl-C ends it all within 2 s', async () => {
    const port = await freePort();
    child = start(['--no-sandbox', '--disable-gpu', '--port', String(port)]);
    await expect.poll(() => answers(port), { timeout: 30_000 }).toBe(true);
    const search = await run('timeout', ['30', 'xdotool', 'search', '--sync', '--onlyvisible', '--name', 'OpenClaw'], { env: home.env() });
    expect(search.stdout.trim(), child.stderr()).not.toBe('');
    const electron = Number(
      (await run('xdotool', ['getwindowpid', search.stdout.trim().split('\n')[0] ?? ''], { env: home.env() })).stdout,
    );
    expect(readFileSync(`/proc/${electron}/cmdline`, 'utf8')).toContain(join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? '', 'electron'));
    expect(child.stderr()).not.toContain('No desktop window');

    const before = performance.now();
    process.kill(-child.pid, 'SIGINT');
    await child.exited;
    await expect.poll(() => isAlive(electron), { interval: 20 }).toBe(false);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(await answers(port)).toBe(false);
  });
});

describe('in a fresh clone', () => {
  const clone = join(folder, 'clone');

  beforeAll(() => {
    const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' });
    for (const file of files.split('\0').filter((name) => name !== '')) {
      mkdirSync(dirname(join(clone, file)), { recursive: true });
      cpSync(join(root, file), join(clone, file));
    }
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  });

  test('`npm start` builds with visible progress, a line a part, and starts; the second time nothing is built', async () => {
    for (const progress of [/^renderer +building … \d+\.\d s$/m, /^renderer +up to date$/m]) {
      const port = await freePort();
      child = start(['--port', String(port)], noDisplay, clone);
      await child.waitFor(listening(port), { in: 'stderr', withinMs: 50_000 });
      expect(child.stdout()).toMatch(progress);
      await child.stop();
    }
  });

  test('`openclaw` builds what is missing and keeps its stdout for results', async () => {
    rmSync(join(clone, 'out'), { recursive: true });
    const { code, stdout, stderr } = await run('node', ['resources/bin/openclaw.mjs', '--version'], { cwd: clone, env: home.env() });
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${version}\n` });
    expect(stderr).toMatch(/^main +building … \d+\.\d s$/m);
  });
});

const answers = (port: number): Promise<boolean> =>
  fetch(`http://localhost:${port}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
