#!/usr/bin/env node
// `node bench/profile.mjs [--kind ws] [--concurrency 8] [--turns 8000] [--dir out/main]`: where the gateway's main thread
// spends its time, by function and by file; what its threads take; and the profile itself, for Chrome's DevTools.
// `--start`: the same for a start up to the first 200. `--plain`: only what the threads take, with no profile. `--flags`: more
// for Node, as `--flags=--max-semi-space-size=4`.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startLoadClient } from './load/load-client.mjs';
import { startOwn, stop } from './processes/children.mjs';
import { createHome, createToken, startGateway } from './processes/gateway.mjs';
import { cpuMs, threadsCpuMs } from './processes/procfs.mjs';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** @typedef {{functionName: string, url: string, lineNumber: number}} Frame */
/** @typedef {{nodes: {id: number, callFrame: Frame}[], samples: number[], timeDeltas: number[]}} Profile */

/** Self time by key, dearest first, in milliseconds. @param {Profile} profile @param {(frame: Frame) => string} key */
const selfTimes = ({ nodes, samples, timeDeltas }, key) => {
  const keyOf = new Map(nodes.map(({ id, callFrame }) => [id, key(callFrame)]));
  /** @type {Map<string, number>} */
  const sums = new Map();
  samples.forEach((id, i) => {
    const name = keyOf.get(id) ?? '?';
    sums.set(name, (sums.get(name) ?? 0) + (timeDeltas[i] ?? 0) / 1000);
  });
  return [...sums].filter(([name]) => !name.startsWith('(idle)')).sort((a, b) => b[1] - a[1]);
};

const shortUrl = (/** @type {string} */ url) => url.replace(/^.*\/out\/[^/]+\//, '').replace(/-[\w-]{8}\.js$/, '.js') || '(native)';

const main = async () => {
  const { values } = parseArgs({
    options: {
      kind: { type: 'string', default: 'ws' },
      concurrency: { type: 'string', default: '8' },
      turns: { type: 'string', default: '8000' },
      dir: { type: 'string', default: 'out/main' },
      start: { type: 'boolean', default: false },
      plain: { type: 'boolean', default: false },
      flags: { type: 'string', default: '' },
    },
  });
  const built = resolve(root, values.dir);
  const upstream = await startOwn('upstream.mjs');
  const load = await startLoadClient();
  const home = createHome(root, upstream.first.port);
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-profile-'));
  try {
    const token = await createToken(built, home);
    const flags = values.flags.split(' ').filter(Boolean);
    const profiling = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval', '250'];
    const gateway = await startGateway(built, home, {}, [...flags, ...(values.plain ? [] : profiling)]);
    let turns = 1;
    if (!values.start) {
      const job = { kind: /** @type {'ws'} */ (values.kind), port: gateway.port, token, concurrency: Number(values.concurrency) };
      await load.run({ ...job, turns: 1500 });
      const before = threadsCpuMs(gateway.pid);
      const beforeAll = cpuMs(gateway.pid);
      const figures = await load.run({ ...job, turns: Number(values.turns) });
      turns = figures.finished + 1500;
      const all = (cpuMs(gateway.pid) - beforeAll) / figures.finished;
      process.stdout.write(`${figures.perSecond.toFixed(0)} turns/s, CPU a turn ${all.toFixed(3)} ms:`);
      for (const [name, ms] of threadsCpuMs(gateway.pid)) {
        const own = (ms - (before.get(name) ?? 0)) / figures.finished;
        if (own > 0.004) process.stdout.write(`  ${name} ${own.toFixed(3)}`);
      }
      process.stdout.write('\n');
    }
    await gateway.stop();
    if (values.plain) return;
    const file = readdirSync(folder).map((name) => join(folder, name))[0];
    if (file === undefined) throw new Error('no profile was written');
    const profile = /** @type {Profile} */ (JSON.parse(readFileSync(file, 'utf8')));
    const unit = values.start ? 'ms' : 'µs a turn';
    const scale = values.start ? 1 : 1000 / turns;
    const show = (/** @type {[string, number][]} */ rows) => {
      for (const [name, ms] of rows) process.stdout.write(`${(ms * scale).toFixed(1).padStart(8)} ${unit}  ${name}\n`);
    };
    show(
      selfTimes(
        profile,
        ({ functionName, url, lineNumber }) => `${functionName || '(anonymous)'}  ${shortUrl(url)}:${lineNumber + 1}`,
      ).slice(0, 70),
    );
    process.stdout.write('\nby file\n');
    show(selfTimes(profile, ({ functionName, url }) => (url === '' ? functionName : shortUrl(url))).slice(0, 40));
    process.stdout.write(`\n${file}\n`);
  } finally {
    await Promise.all([stop(upstream.child), load.stop()]);
    home.remove();
  }
};

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
