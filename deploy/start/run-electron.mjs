import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** `npm start` promises to end within 2 s of a signal; nothing acknowledged is lost by a hard end. */
const PATIENCE_MS = 1_800;
/** Electron that dies this early, and by itself, never showed a window: it lacks a library or may not sandbox. */
const EARLY_MS = 10_000;

/**
 * Runs Electron until it ends, hands signals on, and takes its exit code over.
 *
 * In a process group of its own, because Ctrl-C reaches the whole foreground group and npm forwards it once more: the app
 * shall hear it once.
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Promise<{ exitCode: number } | { reason: string }>} `reason`: it could not even start
 */
export const runElectron = (program, args) =>
  new Promise((resolve) => {
    const startedAt = performance.now();
    const ownGroup = process.platform !== 'win32';
    const child = spawn(program, args, { stdio: 'inherit', detached: ownGroup });
    /** @type {NodeJS.Timeout | undefined} */
    let hard;
    const stop = (/** @type {NodeJS.Signals} */ signal) => {
      if (hard) return;
      child.kill(signal);
      hard = setTimeout(() => killAll(child, ownGroup), PATIENCE_MS);
    };
    const handlers = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']).map((signal) => {
      const handler = () => stop(signal);
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    const finish = (/** @type {{ exitCode: number } | { reason: string }} */ end) => {
      clearTimeout(hard);
      for (const undo of handlers) undo();
      resolve(end);
    };
    child.once('error', (error) => finish({ reason: `Electron does not start: ${error.message}` }));
    child.once('exit', (code, signal) => {
      const early = !hard && performance.now() - startedAt < EARLY_MS;
      if (early && signal !== null) finish({ reason: `Electron died at once with ${signal}, see above` });
      else if (early && (code === 127 || code === 126)) finish({ reason: 'Electron lacks a system library, see above' });
      else finish({ exitCode: code ?? (hard && signal !== 'SIGKILL' ? 0 : 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 9)) });
    });
  });

/** @param {import('node:child_process').ChildProcess} child @param {boolean} ownGroup */
const killAll = (child, ownGroup) => {
  try {
    if (ownGroup && child.pid) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It ended in this very moment.
  }
};
