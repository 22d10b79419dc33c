// Loaded into the gateway by NODE_OPTIONS=--import, so that the product holds no bench code. SIGUSR2 starts measuring
// the delay of its event loop, the next one writes the figures to OPENCLAW_BENCH_LOOP_FILE.
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const resolution = 1;

const install = (/** @type {string} */ file) => {
  const histogram = monitorEventLoopDelay({ resolution });
  let on = false;
  // What the timer was set to is no delay.
  const ms = (/** @type {number} */ nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolution);
  process.on('SIGUSR2', () => {
    on = !on;
    if (on) {
      histogram.reset();
      histogram.enable();
      return;
    }
    histogram.disable();
    const figures = {
      p50: ms(histogram.percentile(50)),
      p95: ms(histogram.percentile(95)),
      p99: ms(histogram.percentile(99)),
      max: ms(histogram.max),
      samples: histogram.count,
    };
    writeFileSync(`${file}.part`, JSON.stringify(figures));
    renameSync(`${file}.part`, file);
  });
};

const file = process.env.OPENCLAW_BENCH_LOOP_FILE;
if (isMainThread && file) install(file);
