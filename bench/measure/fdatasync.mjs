import { closeSync, fdatasync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spread } from '../load/summarize.mjs';

const sync = promisify(fdatasync);
const page = Buffer.alloc(4096, 1);
/** As long as a WAL gets before it is written over from its start. */
const pagesMost = 2000;

/**
 * What one durable write costs on the disk of this folder: a page written where a WAL would have it, then fdatasync.
 * @param {string} folder
 * @param {number} times
 */
export const measureFdatasync = async (folder, times) => {
  const file = join(folder, 'fdatasync.probe');
  const fd = openSync(file, 'w', 0o600);
  try {
    const took = [];
    for (let i = 0; i < times; i += 1) {
      const at = performance.now();
      writeSync(fd, page, 0, page.length, (i % pagesMost) * page.length);
      await sync(fd);
      took.push(performance.now() - at);
    }
    return spread(took);
  } finally {
    closeSync(fd);
    rmSync(file);
  }
};
