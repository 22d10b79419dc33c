import { join } from 'node:path';
import { startLoadClient } from './load/load-client.mjs';
import { measureDesktopStart } from './measure/desktop-start.mjs';
import { measureFdatasync } from './measure/fdatasync.mjs';
import { measureHistory } from './measure/history.mjs';
import { measureInstalledPlugins } from './measure/installed-plugins.mjs';
import { measureLoop } from './measure/loop.mjs';
import { measureMemory } from './measure/memory.mjs';
import { measurePlugins } from './measure/plugins.mjs';
import { measureSockets } from './measure/sockets.mjs';
import { measureHeadlessStart } from './measure/start.mjs';
import { measureTools } from './measure/tools.mjs';
import { measureTurns } from './measure/turns.mjs';
import { startOwn, stop } from './processes/children.mjs';
import { createHome, createToken, startGateway } from './processes/gateway.mjs';
import { cpuMs } from './processes/procfs.mjs';

/**
 * @typedef {object} Effort
 * @property {number} warmTurns of each kind, before anything is measured
 * @property {number} rounds @property {number} warmMs @property {number} measureMs of a cell
 * @property {number} starts @property {number} desktopStarts
 * @property {readonly [number, number]} turnMarks @property {number} sockets @property {number} loopMs
 * @property {{messages: number, times: number}} history
 * @property {{turns: number, starts: number, skills: number}} tools
 * @property {{starts: number, installed: number, running: number}} installedPlugins
 * @property {{starts: number, calls: number, warmMs: number, measureMs: number, rounds: number}} plugins
 */

/** @type {Effort} */
export const full = {
  warmTurns: 2_500,
  rounds: 2,
  warmMs: 400,
  measureMs: 1_800,
  starts: 11,
  desktopStarts: 7,
  turnMarks: [2_000, 10_000],
  sockets: 5_000,
  loopMs: 4_000,
  history: { messages: 1_000_000, times: 200 },
  tools: { turns: 1_500, starts: 11, skills: 50 },
  installedPlugins: { starts: 11, installed: 100, running: 10 },
  plugins: { starts: 9, calls: 3_000, warmMs: 400, measureMs: 1_800, rounds: 5 },
};
/** @type {Effort} */
export const quick = {
  warmTurns: 1_000,
  rounds: 1,
  warmMs: 250,
  measureMs: 800,
  starts: 5,
  desktopStarts: 2,
  turnMarks: [1_000, 4_000],
  sockets: 1_000,
  loopMs: 1_500,
  history: { messages: 100_000, times: 100 },
  tools: { turns: 450, starts: 5, skills: 50 },
  installedPlugins: { starts: 5, installed: 100, running: 10 },
  plugins: { starts: 5, calls: 1_000, warmMs: 250, measureMs: 800, rounds: 3 },
};

const preload = (/** @type {string} */ name) => ({ NODE_OPTIONS: `--import=${new URL(`processes/${name}`, import.meta.url).href}` });

/**
 * All that is measured, one after the other.
 * @param {{root: string, built: string}} where the checkout, and the folder with cli.js
 * @param {Effort} effort
 * @param {(text: string) => void} progress
 */
export const runPhases = async ({ root, built }, effort, progress) => {
  const upstream = await startOwn('upstream.mjs');
  const echo = await startOwn('ws-echo.mjs');
  const load = await startLoadClient();
  const home = createHome(root, upstream.first.port);
  try {
    const token = await createToken(built, home);

    progress('fdatasync');
    const fdatasync = await measureFdatasync(home.folder, 500);

    progress('start');
    const start = await measureHeadlessStart({ built, home }, effort.starts);
    const desktop = await measureDesktopStart({ root, built, home }, effort.desktopStarts);

    const loopFile = join(home.folder, 'loop-delay.json');
    const gateway = await startGateway(built, home, { ...preload('loop-delay.mjs'), OPENCLAW_BENCH_LOOP_FILE: loopFile });
    progress('warming up');
    // V8 compiles what is hot in the background for the first thousands of turns; the cells are about what comes after.
    for (const kind of /** @type {const} */ (['ws-stream', 'rest', 'sse', 'v1', 'v1-stream', 'straight'])) {
      const port = kind === 'straight' ? upstream.first.port : gateway.port;
      await load.run({ kind, port, token, concurrency: 8, turns: effort.warmTurns });
    }
    const cells = await measureTurns(
      {
        load,
        ports: { gateway: gateway.port, upstream: upstream.first.port, echo: echo.first.port },
        pids: { gateway: gateway.pid, upstream: upstream.child.pid ?? 0, echo: echo.child.pid ?? 0 },
        token,
      },
      { ...effort, concurrencies: [1, 8, 32, 128] },
      progress,
    );
    progress('event loop');
    const loop = await measureLoop({ load, gateway, token, file: loopFile }, { concurrencies: [8, 32, 128], measureMs: effort.loopMs });
    await gateway.stop();

    progress('memory');
    const heapFile = join(home.folder, 'heap-in-use');
    const rested = await startGateway(built, home, { ...preload('heap-in-use.mjs'), OPENCLAW_BENCH_HEAP_FILE: heapFile });
    const memory = await measureMemory({ load, gateway: rested, token, file: heapFile }, effort.turnMarks, progress);
    await rested.stop();

    progress('idle sockets');
    const fresh = await startGateway(built, home);
    const other = await startLoadClient();
    const sockets = await measureSockets({ load, other, gateway: fresh, token }, effort.sockets);
    await Promise.all([fresh.stop(), other.stop()]);

    progress('tools and skills');
    const tools = await measureTools({ root, built }, effort.tools);

    progress('installed plugins');
    const installedPlugins = await measureInstalledPlugins({ root, built }, effort.installedPlugins);

    progress('plugins');
    const beside = await startGateway(built, home);
    const plugins = await measurePlugins({ root, built, load, gateway: beside, token }, effort.plugins);
    await beside.stop();

    progress('one packet for each chunk');
    const spreadPackets = await measureSpreadPackets({ root, built, load }, effort);

    progress('a long history');
    const history = await measureHistory({ root, built }, effort.history, progress);
    return { cells, fdatasync, start, desktop, memory, sockets, loop, tools, installedPlugins, plugins, spreadPackets, history };
  } finally {
    await Promise.all([stop(upstream.child), stop(echo.child), load.stop()]);
    home.remove();
  }
};

/**
 * The same turns where the network brings every chunk by itself, as a slower model does: no target, but what it costs.
 * @param {{root: string, built: string, load: import('./load/load-client.mjs').LoadClient}} on
 * @param {Effort} effort
 */
const measureSpreadPackets = async ({ root, built, load }, { warmMs, measureMs }) => {
  const upstream = await startOwn('upstream.mjs', ['spread']);
  const home = createHome(root, upstream.first.port);
  try {
    const token = await createToken(built, home);
    const gateway = await startGateway(built, home);
    const how = { token, concurrency: 8, warmMs, measureMs };
    const straight = await load.run({ kind: 'straight', port: upstream.first.port, ...how });
    const before = cpuMs(gateway.pid);
    const rest = await load.run({ kind: 'rest', port: gateway.port, ...how });
    const cpu = (cpuMs(gateway.pid) - before) / rest.finished;
    await gateway.stop();
    return { straight, rest, cpu };
  } finally {
    await stop(upstream.child);
    home.remove();
  }
};
