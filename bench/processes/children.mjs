import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** All that this run has started and that has not ended. */
/** @type {Set<ChildProcess>} */
const alive = new Set();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => process.exit(130));

/** @template {ChildProcess} C @param {C} child @returns {C} */
const kept = (child) => {
  alive.add(child);
  child.once('close', () => alive.delete(child));
  return child;
};

/** What a program needs to run, and nothing that would steer it. */
export const bareEnv = (/** @type {NodeJS.ProcessEnv} */ more = {}) => ({
  PATH: process.env.PATH,
  LANG: process.env.LANG,
  TMPDIR: process.env.TMPDIR,
  HOME: process.env.HOME,
  ...more,
});

/**
 * A file of this folder as a process with a message channel. Resolves with its first message.
 * @param {string} name
 * @param {readonly string[]} [args]
 * @returns {Promise<{child: ChildProcess, first: {port: number}}>}
 */
export const startOwn = async (name, args = []) => {
  const child = kept(fork(fileURLToPath(new URL(name, import.meta.url)), args, { env: bareEnv(), serialization: 'advanced' }));
  const [first] = await once(child, 'message');
  return { child, first };
};

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [cwd]
 */
export const start = (command, args, env, cwd) =>
  kept(spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], ...(cwd === undefined ? {} : { cwd }) }));

/**
 * @param {ChildProcess} child
 * @param {NodeJS.Signals} [signal]
 */
export const stop = async (child, signal = 'SIGTERM') => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill(signal);
  const hard = setTimeout(() => child.kill('SIGKILL'), 4_000);
  await closed;
  clearTimeout(hard);
};
