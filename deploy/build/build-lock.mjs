import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** No build takes this long; its process number belongs to somebody else by now. */
const STALE_MS = 5 * 60_000;

/**
 * Runs one build at a time: Vite empties the folder it writes to, so two at once would take files from under each other.
 * A lock whose holder is gone is taken over.
 * @template T
 * @param {string} outDir
 * @param {NodeJS.WritableStream} progress
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const withBuildLock = async (outDir, progress, work) => {
  const lock = join(outDir, '.build.lock');
  await mkdir(outDir, { recursive: true });
  await acquire(lock, progress);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
};

/** @param {string} lock @param {NodeJS.WritableStream} progress */
const acquire = async (lock, progress) => {
  for (let told = false; !(await tryAcquire(lock)); ) {
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (holder > 0 && (!isAlive(holder) || (await ageMs(lock)) > STALE_MS)) {
      await rm(lock, { force: true });
      continue;
    }
    if (!told) progress.write(`waiting for another build (process ${holder})\n`);
    told = true;
    await delay(100);
  }
};

/** Linked into place with its content, so that nobody ever reads a lock without a holder. @param {string} lock */
const tryAcquire = async (lock) => {
  const mine = `${lock}.${process.pid}`;
  await writeFile(mine, String(process.pid));
  try {
    await link(mine, lock);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(mine, { force: true });
  }
};

/** @param {string} lock */
const ageMs = async (lock) => Date.now() - (await stat(lock).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;

/** @param {number} pid */
const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
};
