#!/usr/bin/env node
// `npm run package`: the app as users install it, in release/. On Linux an unpacked folder, a .tar.gz and a .deb; with --release all
// targets of electron-builder.yml for this system, with the official Electron and nothing else.
//   npm run package -- [--target dir|tar.gz|deb|…]… [--release] [--fast] [--output FOLDER]
import { readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Arch, build as buildPackage, Platform } from 'electron-builder';
import { build, root } from './build.mjs';
import { chooseElectron } from './package/choose-electron.mjs';
import { helperTools } from './package/helper-tools.mjs';

/** What this system makes without asking the network for tools. */
const usualTargets = { linux: ['dir', 'tar.gz', 'deb'], darwin: ['dir', 'zip'], win32: ['dir', 'zip'] };

/**
 * @param {object} options
 * @param {readonly string[]} [options.targets] default: what can be made offline
 * @param {boolean} [options.release] the official Electron only, and fpm itself
 * @param {boolean} [options.fast] larger files, for tests
 * @param {string} [options.output] a folder; what is in it goes
 * @returns {Promise<readonly string[]>} the files made, absolute
 */
export const makePackage = async ({ targets, release = false, fast = false, output = join(root, 'release') }) => {
  // What is installed is read by everyone, however private this user's files are.
  process.umask(0o022);
  await build();
  const electron = await chooseElectron({ root, env: process.env, release, progress: process.stderr });
  Object.assign(process.env, await helperTools({ root, env: process.env, release }));
  await rm(output, { recursive: true, force: true });
  const chosen = targets ?? (release ? [] : (usualTargets[/** @type {'linux'} */ (process.platform)] ?? ['dir']));
  return buildPackage({
    projectDir: root,
    publish: 'never',
    targets: Platform.current().createTarget([...chosen], Arch[/** @type {'x64'} */ (process.arch)]),
    config: {
      ...electron,
      directories: { output },
      extraMetadata: { homepage: homepage(process.env) },
      ...(fast ? { compression: 'store', deb: { compression: 'gz', fpm: ['--deb-compression-level', '1', commandLine] } } : {}),
    },
  });
};

/** As in electron-builder.yml, whose list an option replaces. */
const commandLine = 'resources/linux/openclaw=/usr/bin/openclaw';

/** A .deb must name one; a package of one's own making names the pages that every gateway serves. @param {NodeJS.ProcessEnv} env */
const homepage = ({ GITHUB_SERVER_URL, GITHUB_REPOSITORY }) =>
  GITHUB_REPOSITORY ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}` : 'http://localhost:18789/docs';

/** @param {string} path @returns {Promise<number>} bytes, of a folder with all there is in it */
const sizeOf = async (path) => {
  const found = await stat(path);
  if (!found.isDirectory()) return found.size;
  const sizes = await Promise.all((await readdir(path)).map((name) => sizeOf(join(path, name)).catch(() => 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
};

/** @param {string} output */
const printSizes = async (output) => {
  for (const name of (await readdir(output)).sort()) {
    if (!/unpacked$|\.(deb|rpm|AppImage|tar\.gz|exe|dmg|zip)$|^mac/.test(name)) continue;
    const megabytes = (await sizeOf(join(output, name))) / 1e6;
    process.stdout.write(`${join(output, name).padEnd(60)} ${megabytes.toFixed(1).padStart(7)} MB\n`);
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      target: { type: 'string', multiple: true },
      release: { type: 'boolean' },
      fast: { type: 'boolean' },
      output: { type: 'string', default: join(root, 'release') },
    },
  });
  const output = resolve(values.output);
  try {
    await makePackage({
      ...(values.target ? { targets: values.target } : {}),
      release: values.release ?? false,
      fast: values.fast ?? false,
      output,
    });
    await printSizes(output);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
