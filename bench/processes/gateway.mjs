import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bareEnv, start, stop } from './children.mjs';

/**
 * @typedef {object} Home
 * @property {string} folder
 * @property {NodeJS.ProcessEnv} env
 * @property {() => void} remove
 */

/**
 * @typedef {object} RunningGateway
 * @property {number} pid
 * @property {number} port
 * @property {() => Promise<void>} stop
 */

/**
 * A gateway's home on the disk that holds the checkout (`/tmp` may be memory), with the limits raised.
 * @param {string} root the checkout
 * @param {number} upstreamPort
 * @returns {Home}
 */
export const createHome = (root, upstreamPort) => {
  mkdirSync(join(root, 'out'), { recursive: true });
  const folder = mkdtempSync(join(root, 'out', 'bench-home-'));
  const config = {
    gateway: { limits: { connections: 20_000, unauthenticated: 20_000, perToken: 20_000, sessionsRunning: 256 } },
    models: { bench: { provider: 'openai-compatible', baseUrl: `http://127.0.0.1:${upstreamPort}/v1`, model: 'bench' } },
    agents: { main: { model: 'bench' } },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  // Also where the run is broken off.
  process.once('exit', remove);
  return {
    folder,
    // No session bus: the keychain's place is taken by the encrypted file.
    env: bareEnv({ HOME: folder, OPENCLAW_HOME: folder }),
    remove,
  };
};

/** @param {string} built folder with cli.js @param {Home} home @returns {Promise<string>} the JWT */
export const createToken = async (built, home) => {
  const { stdout } = await runToEnd(built, home, ['token', 'create', '--name', 'bench', '--expires-in', '1d']);
  const token = /^Bearer (\S+)\n$/.exec(stdout)?.[1];
  if (token === undefined) throw new Error(`token create printed: ${stdout}`);
  return token;
};

/** @param {string} built @param {Home} home @param {readonly string[]} args */
const runToEnd = async (built, home, args) => {
  const child = start(process.execPath, [join(built, 'cli.js'), ...args], home.env);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`openclaw ${args.join(' ')} ended with ${code}: ${stderr}`);
  return { stdout };
};

/**
 * @param {string} built
 * @param {Home} home
 * @param {NodeJS.ProcessEnv} [env]
 * @param {readonly string[]} [nodeArgs]
 * @returns {Promise<RunningGateway>}
 */
export const startGateway = async (built, home, env = {}, nodeArgs = []) => {
  const child = start(process.execPath, [...nodeArgs, join(built, 'cli.js'), 'gateway', '--port', '0', '--json'], { ...home.env, ...env });
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += text));
  const port = await new Promise((resolve, reject) => {
    let stdout = '';
    child.stdout.on('data', (text) => {
      stdout += text;
      const line = stdout.split('\n').find((candidate) => candidate.includes('"listening"'));
      if (line?.endsWith('}')) resolve(JSON.parse(line).port);
    });
    child.once('close', (code) => reject(new Error(`the gateway ended with ${code}: ${stderr}`)));
  });
  return { pid: child.pid ?? 0, port, stop: () => stop(child) };
};
