import { existsSync, readFileSync } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { downloadElectron } from './download-electron.mjs';

/** After a failed download nothing is tried again for this long: `npm start` shall not begin with a wait each time. */
const FAILURE_IS_REMEMBERED_MS = 60 * 60_000;

/**
 * The Electron program: the one ELECTRON_OVERRIDE_DIST_PATH names, else the one of the `electron` package, which
 * since version 45 comes without it and is completed here, once.
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {NodeJS.ProcessEnv} options.env
 * @param {NodeJS.WriteStream} options.progress
 * @returns {Promise<{ path: string } | { reason: string }>}
 */
export const findElectron = async ({ root, env, progress }) => {
  const electron = electronPackage(root);
  if (electron === null) return { reason: 'the electron package is not installed' };
  if (env.ELECTRON_OVERRIDE_DIST_PATH) {
    const path = join(env.ELECTRON_OVERRIDE_DIST_PATH, programName(process.platform));
    return existsSync(path) ? { path } : { reason: `ELECTRON_OVERRIDE_DIST_PATH has no ${path}` };
  }
  const path = join(electron.dir, 'dist', programName(process.platform));
  if (isComplete(electron, path)) return { path };

  const remembered = join(root, 'out', '.electron-download-failed');
  const again = 'run `npx install-electron` to try again';
  const failedAt = (await stat(remembered).catch(() => null))?.mtimeMs ?? 0;
  if (Date.now() - failedAt < FAILURE_IS_REMEMBERED_MS) {
    return { reason: `${readFileSync(remembered, 'utf8')}; ${again}` };
  }
  try {
    await downloadElectron(electron, progress);
    await rm(remembered, { force: true });
  } catch (error) {
    const reason = `Electron ${electron.version} cannot be downloaded: ${error instanceof Error ? error.message : error}`;
    await writeFile(remembered, reason);
    return { reason: `${reason}; ${again}` };
  }
  return isComplete(electron, path) ? { path } : { reason: `Electron's own installer left no ${path}` };
};

/** @typedef {{ dir: string, version: string }} ElectronPackage */

/** @param {string} root @returns {ElectronPackage | null} */
const electronPackage = (root) => {
  try {
    const file = createRequire(join(root, 'package.json')).resolve('electron/package.json');
    return { dir: dirname(file), version: JSON.parse(readFileSync(file, 'utf8')).version };
  } catch {
    return null;
  }
};

/** An upgraded package may stand beside the program of the version before. @param {ElectronPackage} electron @param {string} path */
const isComplete = (electron, path) => {
  try {
    return (
      readFileSync(join(electron.dir, 'dist', 'version'), 'utf8')
        .trim()
        .replace(/^v/, '') === electron.version && existsSync(path)
    );
  } catch {
    return false;
  }
};

/** @param {NodeJS.Platform} platform */
const programName = (platform) =>
  platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : platform === 'win32' ? 'electron.exe' : 'electron';
