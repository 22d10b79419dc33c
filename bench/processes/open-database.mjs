import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

/** @typedef {import('../../src-main/storage/database.ts').Database} Database */

/**
 * The storage port as the gateway has it, over the worker that was built. Its own side of the port is bundled anew,
 * since in the gateway's bundle it has no name.
 * @param {object} where
 * @param {string} where.root the checkout
 * @param {string} where.built the folder with database-worker.js
 * @param {string} where.folder for the bundle and the database
 * @returns {Promise<Database>}
 */
export const openDatabase = async ({ root, built, folder }) => {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: join(folder, 'port'),
      rollupOptions: {
        input: { port: join(root, 'src-main/storage/worker-database.ts') },
        output: { format: 'es', entryFileNames: '[name].mjs' },
      },
    },
  });
  /** @type {typeof import('../../src-main/storage/worker-database.ts')} */
  const { openWorkerDatabase } = await import(pathToFileURL(join(folder, 'port', 'port.mjs')).href);
  const { database } = await openWorkerDatabase({
    file: join(folder, 'million.db'),
    workerUrl: pathToFileURL(join(built, 'database-worker.js')),
    now: Date.now,
  });
  return database;
};
