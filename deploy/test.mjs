#!/usr/bin/env node
// `npm test`: check → ready the machine → unit and integration → build → end to end on a virtual desktop.
// Stops at the first part that fails. Ends with the line `N passed, N failed`, summed over both test runs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addCounts, judgeReport, readReport } from './test/report.mjs';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const reports = { unit: `${root}/out/test/unit.json`, e2e: `${root}/out/test/e2e.json` };
const vitest = (/** @type {string} */ report, /** @type {readonly string[]} */ args = []) => [
  `${root}/node_modules/vitest/vitest.mjs`,
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...args,
];

/** @type {readonly { name: string, command: readonly string[], report?: string, mayskip?: boolean }[]} */
const steps = [
  { name: 'check', command: ['node', 'deploy/check.mjs'] },
  // Before the unit tests: those of the keychain want a real one too.
  { name: 'machine', command: ['bash', 'e2e/machine/setup.sh'] },
  { name: 'unit and integration tests', command: ['node', ...vitest(reports.unit)], report: reports.unit, mayskip: true },
  { name: 'build', command: ['node', 'deploy/build.mjs'] },
  {
    name: 'end-to-end tests',
    command: ['bash', 'e2e/machine/with-desktop.sh', 'node', ...vitest(reports.e2e, ['--config', 'e2e/vitest.config.ts'])],
    report: reports.e2e,
  },
];

/** @param {readonly string[]} command @returns {Promise<number>} its exit code */
const run = async ([program = '', ...args]) => {
  const child = spawn(program === 'node' ? process.execPath : program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const [code] = await once(child, 'exit');
  process.off('SIGINT', forward).off('SIGTERM', forward);
  return code ?? 1;
};

await Promise.all(Object.values(reports).map((file) => rm(file, { force: true })));
let total = { passed: 0, failed: 0 };
/** @type {string[]} */
const complaints = [];
for (const { name, command, report, mayskip } of steps) {
  process.stdout.write(`\n━━ ${name}\n`);
  const code = await run(command);
  if (code !== 0) complaints.push(`${name} failed`);
  if (report) {
    const counts = await readReport(report);
    total = addCounts(total, counts);
    complaints.push(...judgeReport(name, counts, { mayskip: mayskip ?? false }));
  }
  if (complaints.length > 0) break;
}
for (const complaint of complaints) process.stdout.write(`\n✗ ${complaint}`);
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = complaints.length > 0 ? 1 : 0;
