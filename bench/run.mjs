#!/usr/bin/env node
// `npm run bench [-- --quick] [-- --dir out/main]`: what the gateway costs, against the targets. docs/performance.md says
// what each row means. Some four minutes (--quick: one); the machine should have nothing else to do.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadAverage } from './processes/procfs.mjs';
import { judge, report } from './report.mjs';
import { full, quick, runPhases } from './run-phases.mjs';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));

const main = async () => {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, dir: { type: 'string', default: 'out/main' } } });
  if (process.platform !== 'linux') throw new Error('The bench reads /proc and runs on Linux only.');
  const built = resolve(root, values.dir);
  if (built === join(root, 'out', 'main')) await (await import('../deploy/build.mjs')).build({ progress: process.stderr });

  const effort = values.quick ? quick : full;
  const loadBefore = loadAverage();
  const at = new Date();
  const figures = await runPhases({ root, built }, effort, (text) =>
    process.stderr.write(`${((Date.now() - at.getTime()) / 1000).toFixed(0).padStart(4)} s  ${text}\n`),
  );
  const verdicts = judge(figures);
  process.stdout.write(`\n${report(figures, verdicts)}`);
  const file = writeResults(at, {
    effort: values.quick ? 'quick' : 'full',
    machine: machine(),
    loadBefore,
    loadAfter: loadAverage(),
    ...figures,
    verdicts,
  });
  process.stdout.write(`\nload average ${loadBefore.join(' ')} before, ${loadAverage().join(' ')} after; written to ${file}\n`);
};

const git = (/** @type {string[]} */ ...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

const machine = () => ({
  node: process.version,
  kernel: release(),
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 1e9),
  commit: git('rev-parse', 'HEAD'),
  changed: git('status', '--porcelain', '--', 'src-main', 'src-shared') !== '',
});

/** @param {Date} at @param {object} results @returns {string} the file, from the root */
const writeResults = (at, results) => {
  const name = `bench/results/${at.toISOString().slice(0, 16).replaceAll(':', '')}-${git('rev-parse', '--short', 'HEAD')}.json`;
  mkdirSync(join(root, 'bench', 'results'), { recursive: true });
  writeFileSync(join(root, name), `${JSON.stringify({ at: at.toISOString(), ...results }, rounded, 2)}\n`);
  return name;
};

const rounded = (/** @type {string} */ _key, /** @type {unknown} */ value) =>
  typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
