#!/usr/bin/env node
// `npm run check`: types, format and lint, the arrows between the folders. Errors and warnings fail alike.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkArchitecture } from './check/architecture.mjs';
import { fileSizes } from './check/file-sizes.mjs';
import { readModules } from './check/read-modules.mjs';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const bin = (/** @type {string} */ name) => `${root}/node_modules/.bin/${name}${process.platform === 'win32' ? '.cmd' : ''}`;

/** @typedef {{ ok: boolean, output: string }} Outcome */

/** @param {string} program @param {readonly string[]} args @returns {() => Promise<Outcome>} */
const command = (program, args) => () =>
  new Promise((resolve) => {
    execFile(bin(program), args, { cwd: root, maxBuffer: 64e6, shell: process.platform === 'win32' }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}${stderr}`.trim() });
    });
  });

const modules = () => readModules(root, ['src-main', 'src-renderer', 'src-shared', 'packages']);

const architecture = async () => {
  const broken = checkArchitecture(await modules());
  return { ok: broken.length === 0, output: broken.join('\n') };
};

/** @type {Readonly<Record<string, () => Promise<Outcome>>>} */
const checks = {
  'types: gateway, tests, bench': command('tsc', ['-p', '.']),
  'types: console': command('tsc', ['-p', 'src-renderer']),
  'types: deploy': command('tsc', ['-p', 'deploy']),
  'format and lint': command('biome', ['check', '--error-on-warnings', '--max-diagnostics=200']),
  architecture,
};

const started = performance.now();
const outcomes = await Promise.all(
  Object.entries(checks).map(async ([name, run]) => {
    const outcome = await run();
    process.stdout.write(`${outcome.ok ? 'ok    ' : 'FAILED'} ${name}\n`);
    return { name, ...outcome };
  }),
);
for (const { name, ok, output } of outcomes) if (!ok) process.stdout.write(`\n── ${name}\n${output}\n`);
process.stdout.write(`\n${fileSizes(await modules()).join('\n')}\n`);
process.stdout.write(`checked in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
process.exitCode = outcomes.every(({ ok }) => ok) ? 0 : 1;
