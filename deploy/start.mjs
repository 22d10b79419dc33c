#!/usr/bin/env node
// `npm start`: builds what is out of date, then opens the desktop window – or, where there can be none, says why in one
// line and serves the same console headless.
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, root } from './build.mjs';
import { findElectron } from './start/find-electron.mjs';
import { runElectron } from './start/run-electron.mjs';
import { splitArguments } from './start/split-arguments.mjs';
import { whyNoWindow } from './start/why-no-window.mjs';

const main = async () => {
  endWithNpm();
  const { chromium, app } = splitArguments(process.argv.slice(2));
  await build();
  const reason =
    (await whyNoWindow({ platform: process.platform, env: process.env, isRoot: process.getuid?.() === 0, chromium })) ??
    (await openWindow(chromium, app));
  if (reason === null) return;
  process.stderr.write(`No desktop window (${reason}): serving the console headless.\n`);
  // In this very process: one signal, one exit code, and no second Node to keep.
  const cli = `${root}/out/main/cli.js`;
  process.argv = [process.execPath, cli, 'gateway', ...app];
  await import(pathToFileURL(cli).href);
};

/**
 * @param {readonly string[]} chromium @param {readonly string[]} app
 * @returns {Promise<string | null>} why no window could be opened, or null once it was open and is closed again
 */
const openWindow = async (chromium, app) => {
  const electron = await findElectron({ root, env: process.env, progress: process.stderr });
  if ('reason' in electron) return electron.reason;
  const end = await runElectron(electron.path, [...chromium, root, ...app]);
  if ('reason' in end) return end.reason;
  process.exitCode = end.exitCode;
  return null;
};

/**
 * npm hands SIGTERM to the shell between it and this process, and the shell dies of it without handing it on.
 * Its end is the signal, then: nobody shall find a gateway running that was told to stop.
 */
const endWithNpm = () => {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 100);
  timer.unref();
};

/** Old Nodes fail later and less clearly. */
const requireNode = () => {
  const wanted = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).engines.node.replace('>=', '');
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return true;
  process.stderr.write(`OpenClaw Desktop needs Node ${wanted} or newer; this is ${process.versions.node}.\n`);
  return false;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (requireNode()) {
    await main().catch((error) => {
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
      process.exitCode = 1;
    });
  } else process.exitCode = 1;
}
