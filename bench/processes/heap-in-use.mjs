// Loaded into the gateway like loop-delay.mjs. SIGUSR2 collects garbage and writes what is still in use to
// OPENCLAW_BENCH_HEAP_FILE: resident memory alone cannot tell a leak from a collector that is in no hurry.
import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

const install = (/** @type {string} */ file) => {
  process.on('SIGUSR2', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    collect();
    collect();
    writeFileSync(`${file}.part`, String(process.memoryUsage().heapUsed / 1e6));
    renameSync(`${file}.part`, file);
  });
};

const file = process.env.OPENCLAW_BENCH_HEAP_FILE;
if (isMainThread && file) install(file);
