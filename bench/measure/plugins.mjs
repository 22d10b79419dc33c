import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bareEnv, start, startOwn, stop } from '../processes/children.mjs';
import { residentShareMb } from '../processes/procfs.mjs';
import { measureChannel } from './channel.mjs';

const restMs = 3_000;

/**
 * What plugins cost: to start one, to speak with it, to have it, and to have a bad one.
 * @param {object} on
 * @param {string} on.root the checkout
 * @param {string} on.built
 * @param {import('../load/load-client.mjs').LoadClient} on.load
 * @param {import('../processes/gateway.mjs').RunningGateway} on.gateway
 * @param {string} on.token
 * @param {{starts: number, calls: number, warmMs: number, measureMs: number, rounds: number}} effort
 */
export const measurePlugins = async ({ root, built, load, gateway, token }, { starts, calls, warmMs, measureMs, rounds }) => {
  const folder = mkdtempSync(join(root, 'out', 'bench-plugins-'));
  cpSync(join(root, 'bench', 'plugin'), join(folder, 'plugin'), { recursive: true });
  const module = await bundle(root, folder);
  const open = async () => {
    const { child } = await startOwn('plugins.mjs', [module, join(built, '..', 'plugin-host', 'plugin-host.cjs'), folder]);
    const ask = async (/** @type {string} */ deed, /** @type {object} */ how = {}) => {
      child.send({ deed, ...how });
      const [answer] = await once(child, 'message');
      if (answer.error) throw new Error(`the plugin host: ${answer.error}`);
      return answer.done;
    };
    return { ask, close: () => stop(child) };
  };
  const alone = async (/** @type {string} */ deed, /** @type {object} */ how = {}) => {
    const host = await open();
    try {
      return await host.ask(deed, how);
    } finally {
      await host.close();
    }
  };
  const others = () => load.run({ kind: 'ws', port: gateway.port, token, concurrency: 1, warmMs, measureMs });
  try {
    const startMs = (await alone('start', { times: starts })).ms;
    const roundTrip = await alone('roundTrip', { times: calls });
    const { mb } = await alone('memory', { restMs });
    const bareMb = await bareNodeMb();
    const quiet = await alone('nuisance', { what: 'nothing', warmMs: 1_000, ms: measureMs });
    const nuisances = [];
    for (const deed of ['spin', 'throwOften', 'logOften', 'flood']) {
      const figures = await alone('nuisance', { what: deed, warmMs: 1_000, ms: measureMs });
      // By turns, so that what else the machine does meets both alike.
      const pairs = [];
      for (let n = 0; n < rounds; n += 1) {
        const before = await others();
        const host = await open();
        const going = host.ask('nuisance', { what: deed, warmMs: 1_000, ms: warmMs + measureMs });
        await sleep(1_500);
        const beside = await others();
        await going;
        await host.close();
        pairs.push(beside.total.p95 / before.total.p95);
      }
      nuisances.push({ deed, ...figures, othersP95: pairs.sort((a, b) => a - b)[Math.floor(pairs.length / 2)] ?? Number.NaN });
    }
    const channel = await measureChannel({ module, built, folder }, { messages: calls });
    return { startMs, channel, roundTrip, idleMb: mb - bareMb, bareMb, quiet, nuisances };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};

const bareNodeMb = async () => {
  const child = start(process.execPath, ['-e', 'setInterval(() => undefined, 1e6)'], bareEnv());
  await sleep(restMs);
  const mb = residentShareMb(child.pid ?? 0);
  await stop(child);
  return mb;
};

/** The host out of the gateway's sources: in the product's bundle it cannot be had by itself. @returns {Promise<string>} the file */
const bundle = async (/** @type {string} */ root, /** @type {string} */ folder) => {
  const vite = await import('vite');
  await vite.build({
    ...{ root, configFile: false, publicDir: false, logLevel: 'error', ssr: { noExternal: true } },
    build: {
      ...{ ssr: true, target: 'node20.18', outDir: join(folder, 'host'), minify: false },
      rollupOptions: {
        input: { host: join(root, 'bench', 'plugin', 'host.ts') },
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
      },
    },
  });
  return join(folder, 'host', 'host.mjs');
};
