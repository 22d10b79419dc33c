#!/usr/bin/env node
// `node deploy/package/smoke.mjs [FOLDER] [-- SWITCHES…]`: starts the unpacked app of FOLDER (default release/) as a user would and sees
// whether it lives: gateway, console, token, turn, second start, quit. The release workflow runs it on each system with the official
// Electron, which no test machine of ours has; the end-to-end tests run it with theirs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** A busy machine of a build service may be slow; one that does not start at all must not hold it for an hour. */
const PATIENCE_MS = 60_000;

/** @typedef {{ program: string, resources: string }} App */

/** @param {string} folder what electron-builder wrote to @returns {Promise<App>} */
export const findApp = async (folder) => {
  for (const name of await readdir(folder)) {
    const candidates = [
      { program: join(folder, name, 'openclaw-desktop'), resources: join(folder, name, 'resources') },
      { program: join(folder, name, 'OpenClaw.exe'), resources: join(folder, name, 'resources') },
      {
        program: join(folder, name, 'OpenClaw.app/Contents/MacOS/OpenClaw'),
        resources: join(folder, name, 'OpenClaw.app/Contents/Resources'),
      },
    ];
    const found = candidates.find(({ program }) => existsSync(program));
    if (found) return found;
  }
  throw new Error(`There is no unpacked app in ${folder}.`);
};

/**
 * @param {App} app @param {readonly string[]} switches of Chromium, for machines that need them
 * @returns {Promise<void>} rejects with what went wrong
 */
const smoke = async (app, switches) => {
  const home = await mkdtemp(join(tmpdir(), 'openclaw-smoke-'));
  const port = await freePort();
  const env = { ...process.env, OPENCLAW_HOME: home, OPENCLAW_PORT: String(port) };
  const start = () => spawn(app.program, [...switches], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const first = start();
  try {
    const base = `http://127.0.0.1:${port}`;
    await until('the gateway listens', () => isOk(`${base}/readyz`));
    await step('the console is served', async () => {
      const page = await (await fetch(base)).text();
      const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(page)?.[1];
      if (!(await isOk(`${base}/${script}`))) throw new Error(`no script in ${page}`);
    });
    const token = await step('a token is made on the command line', () => runCli(app, env, ['token', 'create', '--name', 'smoke']));
    await step('a turn runs', async () => {
      const answer = await fetch(`${base}/api/v1/messages`, {
        method: 'POST',
        headers: { Authorization: token.trim(), 'Content-Type': 'application/json' },
        body: '{"content":"/help"}',
      });
      const text = await answer.text();
      if (answer.status !== 200 || JSON.parse(text).status !== 'completed') throw new Error(`${answer.status} ${text}`);
    });
    await step('a second start hands over and ends', async () => {
      const code = await exitOf(start());
      if (code !== 0) throw new Error(`it ended with ${code}`);
      if (!(await isOk(`${base}/readyz`))) throw new Error('it took the first one with it');
    });
    await step('it quits', async () => {
      // Windows knows no gentle signal.
      first.kill('SIGTERM');
      await exitOf(first);
      if (await isOk(`${base}/readyz`)) throw new Error('its gateway still answers');
    });
  } finally {
    first.kill('SIGKILL');
    await rm(home, { recursive: true, force: true, maxRetries: 10 });
  }
};

/** @template T @param {string} says @param {() => Promise<T>} work @returns {Promise<T>} */
const step = async (says, work) => {
  try {
    const value = await work();
    process.stdout.write(`ok      ${says}\n`);
    return value;
  } catch (error) {
    process.stdout.write(`FAILED  ${says}\n`);
    throw error;
  }
};

/** @param {string} says @param {() => Promise<boolean>} holds */
const until = (says, holds) =>
  step(says, async () => {
    const end = Date.now() + PATIENCE_MS;
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(`not in ${PATIENCE_MS / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

/** @param {string} url */
const isOk = (url) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

/** @param {App} app @param {NodeJS.ProcessEnv} env @param {readonly string[]} args @returns {Promise<string>} stdout */
const runCli = async ({ program, resources }, env, args) => {
  const cli = join(resources, 'app.asar/out/main/cli.js');
  const child = spawn(program, [cli, ...args], { env: { ...env, ELECTRON_RUN_AS_NODE: '1' }, stdio: ['ignore', 'pipe', 'inherit'] });
  let written = '';
  child.stdout.on('data', (text) => {
    written += text;
  });
  const code = await exitOf(child);
  if (code !== 0) throw new Error(`openclaw ${args.join(' ')} ended with ${code}`);
  return written;
};

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<number | string | null>} */
const exitOf = async (child) => {
  if (child.exitCode !== null) return child.exitCode;
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  return code ?? signal;
};

/** @returns {Promise<number>} */
const freePort = async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return address !== null && typeof address === 'object' ? address.port : 0;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [folder, ...switches] = positionals;
  try {
    await smoke(await findApp(resolve(folder ?? join(dirname(fileURLToPath(import.meta.url)), '../../release'))), switches);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
