import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../load/summarize.mjs';
import { bareEnv, start, stop } from '../processes/children.mjs';

const giveUpMs = 20_000;

/**
 * Cold starts, from `spawn` to the first 200, with a bare `node:http` server in between each time.
 * @param {object} what
 * @param {string} what.built
 * @param {import('../processes/gateway.mjs').Home} what.home one that has been used before
 * @param {number} times
 */
export const measureHeadlessStart = async ({ built, home }, times) => {
  const bare = fileURLToPath(new URL('../processes/bare-http.mjs', import.meta.url));
  const took = await alternate(times, {
    bare: (port) => start(process.execPath, [bare, String(port)], bareEnv()),
    gateway: (port) => start(process.execPath, [join(built, 'cli.js'), 'gateway', '--port', String(port)], home.env),
  });
  return { bareMs: median(took.bare ?? []), ms: median(took.gateway ?? []), all: took };
};

/**
 * @param {number} times
 * @param {Record<string, (port: number) => import('node:child_process').ChildProcess>} starters
 */
export const alternate = async (times, starters) => {
  /** @type {Record<string, number[]>} */
  const took = {};
  // The first of each fills the page cache and V8's compile cache, and is not counted.
  for (let i = 0; i <= times; i += 1) {
    for (const [name, starter] of Object.entries(starters)) {
      const ms = await startOnce(starter);
      if (i > 0) took[name] = [...(took[name] ?? []), ms];
    }
  }
  return took;
};

/** @param {(port: number) => import('node:child_process').ChildProcess} starter */
const startOnce = async (starter) => {
  const port = await freePort();
  const at = performance.now();
  const child = starter(port);
  let said = '';
  child.stderr?.on('data', (text) => (said += text));
  child.stdout?.resume();
  try {
    await firstOk(port, at);
    return performance.now() - at;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error} ${said.slice(-500)}`);
  } finally {
    await stop(child);
  }
};

/** Asks for /readyz again and again until it answers 200. @param {number} port @param {number} since @returns {Promise<void>} */
const firstOk = (port, since) =>
  new Promise((resolve, reject) => {
    const ask = () => {
      if (performance.now() - since > giveUpMs) {
        reject(new Error(`no 200 within ${giveUpMs / 1000} s.`));
        return;
      }
      let answered = false;
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('connect', () => socket.write(`GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`));
      socket.once('data', (bytes) => {
        answered = bytes.toString('latin1', 9, 12) === '200';
        if (answered) resolve();
        socket.destroy();
      });
      socket.on('error', () => {});
      socket.once('close', () => answered || setTimeout(ask, 1));
    };
    ask();
  });

/** @returns {Promise<number>} */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
