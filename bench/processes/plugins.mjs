// Hosts plugins as the gateway does, in a process of its own: `plugins.mjs MODULE HOST_FILE FOLDER`, told what to do by messages.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { residentShareMb, treeOf } from './procfs.mjs';
import { serveDeeds } from './serve-deeds.mjs';

const [module = '', hostFile = '', folder = ''] = process.argv.slice(2);
const { createForkPluginHost, openPrograms, systemClock } = await import(pathToFileURL(module).href);
const { findSandbox, confine } = openPrograms({
  clock: systemClock,
  platform: process.platform,
  env: process.env,
  home: folder,
  hidden: [],
});
const host = createForkPluginHost({
  ...{ clock: systemClock, platform: process.platform, env: process.env, execPath: process.execPath, hostFile, findSandbox, confine },
  randomBytes: (/** @type {number} */ size) => Buffer.alloc(size),
});

const never = () => Promise.reject(new Error('not here'));
const manifest = {
  ...{ id: 'bench', name: 'bench', version: '1.0.0', kind: 'channel', main: 'index.mjs', engines: { pluginApi: 1 } },
  ...{ permissions: { net: [], listen: false, fs: [], env: [] } },
};
const unit = {
  ...{ id: 'bench', plugin: { manifest, folder: join(folder, 'plugin'), bundled: false }, options: {}, dataFolder: join(folder, 'data') },
  ...{ secret: never, pressed: never, state: { get: never, set: never, delete: never }, blobs: { read: never, write: never } },
  ...{ heard: async () => undefined, log: () => undefined },
};
mkdirSync(unit.dataFolder, { recursive: true });

/** @returns {Promise<import('../../src-main/channels/plugin-host.ts').KeptPlugin>} */
const running = () =>
  new Promise((resolve, reject) => {
    const plugin = host.keep(unit);
    plugin.onHealth((/** @type {import('../../src-main/channels/plugin-host.ts').PluginHealth} */ { state, detail }) => {
      if (state === 'running') resolve(plugin);
      else if (state === 'back-off') reject(new Error(detail ?? ''));
    });
  });
const message = { id: '1', content: 'hello', idempotencyKey: 'k' };
const sorted = (/** @type {number[]} */ values) => values.sort((a, b) => a - b);

const deeds = {
  start: async (/** @type {{times: number}} */ { times }) => {
    const took = [];
    for (let n = 0; n <= times; n += 1) {
      const at = performance.now();
      const plugin = await running();
      // The first of all also asks Node what it can.
      if (n > 0) took.push(performance.now() - at);
      await plugin.stop();
    }
    return { ms: sorted(took)[Math.floor(took.length / 2)] };
  },
  roundTrip: async (/** @type {{times: number}} */ { times }) => {
    const plugin = await running();
    const took = [];
    for (let n = 0; n < 2 * times; n += 1) {
      const at = performance.now();
      await plugin.send('nobody', message);
      if (n >= times) took.push(performance.now() - at);
    }
    await plugin.stop();
    sorted(took);
    return { p50: took[Math.floor(took.length / 2)], p95: took[Math.floor(took.length * 0.95)] };
  },
  memory: async (/** @type {{restMs: number}} */ { restMs }) => {
    const plugin = await running();
    await sleep(restMs);
    const mb = treeOf(process.pid).reduce((sum, pid) => sum + residentShareMb(pid), 0);
    await plugin.stop();
    return { mb };
  },
  /** What a plugin that misbehaves in that way costs the process that hosts it. */
  nuisance: async (/** @type {{what: string, warmMs: number, ms: number}} */ { what, warmMs, ms }) => {
    const plugin = await running();
    const histogram = monitorEventLoopDelay({ resolution: 1 });
    plugin.send(what, message).catch(() => undefined);
    await sleep(warmMs);
    const before = process.cpuUsage();
    histogram.enable();
    await sleep(ms);
    histogram.disable();
    const { user, system } = process.cpuUsage(before);
    return { p99: Math.max(0, histogram.percentile(99) / 1e6 - 1), cpu: (user + system) / 1_000 / ms };
  },
};

serveDeeds(deeds);
