#!/usr/bin/env node
// `npm run build`: the parts of the program, each only when something it is made of has changed.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withBuildLock } from './build/build-lock.mjs';
import { buildChannels, channelLicenses } from './build/channels.mjs';
import { inputHash, readStamp, stampFile } from './build/stamp.mjs';
import { writeLicenses } from './build/write-licenses.mjs';

export const root = resolve(fileURLToPath(new URL('..', import.meta.url)));

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {string} config the Vite config, from the root, or the module that has `run` in it
 * @property {(root: string) => Promise<void>} [run] default: Vite, with `config`
 * @property {readonly string[]} sources folders and files this part is made of, from the root
 * @property {readonly string[]} outputs files that must be there for it to count as built, from the root
 */

/** @type {readonly Part[]} */
export const parts = [
  {
    name: 'main',
    config: 'vite.main.config.ts',
    sources: ['src-main', 'src-shared', 'packages/plugin-sdk/src'],
    outputs: ['out/main/cli.js', 'out/main/desktop.js', 'out/main/database-worker.js', 'out/main/search-worker.js'],
  },
  {
    name: 'plugin-host',
    config: 'vite.plugin-host.config.ts',
    sources: ['src-main', 'src-shared', 'packages/plugin-sdk/src'],
    outputs: ['out/plugin-host/plugin-host.cjs', 'out/plugin-host/package.json'],
  },
  {
    name: 'packages',
    config: 'vite.create-plugin.config.ts',
    sources: [
      ...['src', 'package.json', 'tsconfig.json', 'README.md'].map((file) => `packages/plugin-sdk/${file}`),
      ...['src', 'template', 'package.json'].map((file) => `packages/create-openclaw-plugin/${file}`),
      'src-shared',
    ],
    outputs: ['packages/create-openclaw-plugin/dist/bin.mjs', 'packages/plugin-sdk/dist/index.js'],
  },
  {
    name: 'channels',
    config: 'deploy/build/channels.mjs',
    run: buildChannels,
    sources: ['packages/channels', 'packages/plugin-sdk/src'],
    outputs: ['out/channels/webhook/openclaw.plugin.json'],
  },
  {
    name: 'preload',
    config: 'vite.preload.config.ts',
    sources: ['src-main/shell', 'src-shared'],
    outputs: ['out/preload/preload.cjs'],
  },
  {
    name: 'renderer',
    config: 'vite.renderer.config.ts',
    sources: ['src-renderer', 'src-shared'],
    outputs: ['out/renderer/index.html'],
  },
];

/** What every part depends on besides its own sources: the versions of everything, and how it is compiled. */
const common = ['package.json', 'package-lock.json', 'tsconfig.json'];

/**
 * Builds what is out of date, one line per part.
 * @param {object} [options]
 * @param {readonly string[]} [options.only] names of parts; default: all
 * @param {NodeJS.WritableStream} [options.progress] where the lines go; default stdout
 * @returns {Promise<void>} rejects with an Error that says which part failed and why
 */
export const build = ({ only, progress = process.stdout } = {}) =>
  withBuildLock(`${root}/out`, progress, async () => {
    // The Vite configs name their files from the root, and the CLI may be called from anywhere.
    process.chdir(root);
    for (const part of parts) {
      if (only && !only.includes(part.name)) continue;
      await buildPart(part, progress);
    }
    writeLicenses(`${root}/out`, ['main', 'plugin-host', channelLicenses, 'renderer']);
  });

/** @param {Part} part @param {NodeJS.WritableStream} progress */
const buildPart = async (part, progress) => {
  const startedAt = performance.now();
  const hash = await inputHash(root, [...part.sources, part.config, ...common]);
  progress.write(`${part.name.padEnd(12)}`);
  if (readStamp(root, part.name) === hash && part.outputs.every((file) => existsSync(`${root}/${file}`))) {
    progress.write('up to date\n');
    return;
  }
  progress.write('building … ');
  try {
    await (part.run ?? withVite(part))(root);
  } catch (error) {
    progress.write('failed\n');
    throw new Error(`The ${part.name} part could not be built:\n${error instanceof Error ? error.message : error}`, { cause: error });
  }
  const missing = part.outputs.filter((file) => !existsSync(`${root}/${file}`));
  if (missing.length > 0) throw new Error(`${part.config} did not write ${missing.join(', ')}.`);
  await mkdir(`${root}/out`, { recursive: true });
  await writeFile(stampFile(root, part.name), hash);
  progress.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
};

/** @param {Part} part @returns {(root: string) => Promise<void>} */
const withVite = (part) => async (root) => {
  // Loaded only when there is something to build: it takes a third of a second.
  const vite = await import('vite');
  await vite.build({ configFile: `${root}/${part.config}`, logLevel: 'error' });
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await build();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
