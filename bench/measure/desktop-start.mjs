import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { median } from '../load/summarize.mjs';
import { start, stop } from '../processes/children.mjs';
import { alternate } from './start.mjs';

/**
 * The desktop app, from `spawn` of Electron to the gateway's first 200, on a display of its own.
 * @param {object} what
 * @param {string} what.root
 * @param {string} what.built
 * @param {import('../processes/gateway.mjs').Home} what.home
 * @param {number} times
 * @returns {Promise<{ms: number, all: readonly number[]} | {notMeasured: string}>}
 */
export const measureDesktopStart = async ({ root, built, home }, times) => {
  const electron = findElectron();
  if (electron === null) return { notMeasured: 'no Electron (set ELECTRON_OVERRIDE_DIST_PATH, or run e2e/machine/setup.sh)' };
  if (!existsSync(join(built, 'desktop.js'))) return { notMeasured: 'desktop.js is not built' };
  if (!inPath('Xvfb')) return { notMeasured: 'no Xvfb' };
  const display = await startDisplay();
  try {
    const env = { ...home.env, DISPLAY: display.name, NO_AT_BRIDGE: '1' };
    const app = built === join(root, 'out', 'main') ? root : join(built, 'desktop.js');
    const took = await alternate(times, {
      desktop: (port) => start(electron, [app, '--no-sandbox', '--disable-gpu', '--port', String(port)], env, root),
    });
    return { ms: median(took.desktop ?? []), all: took.desktop ?? [] };
  } catch (error) {
    return { notMeasured: error instanceof Error ? error.message : String(error) };
  } finally {
    await stop(display.child);
  }
};

/** The one that is named, or the one the end-to-end tests made. */
const findElectron = () => {
  const named = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'openclaw-desktop');
  const cached = existsSync(cache)
    ? readdirSync(cache)
        .filter((name) => name.startsWith('test-electron-') && !name.endsWith('.lock'))
        .map((name) => join(cache, name))
    : [];
  return [...(named ? [named] : []), ...cached].map((folder) => join(folder, 'electron')).find((file) => existsSync(file)) ?? null;
};

const inPath = (/** @type {string} */ name) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const startDisplay = async () => {
  const child = start('sh', ['-c', 'exec Xvfb -displayfd 1 -screen 0 1280x800x24 -nolisten tcp'], { PATH: process.env.PATH });
  const number = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (bytes) => {
      text += bytes;
      if (text.endsWith('\n')) resolve(text.trim());
    });
    child.once('close', () => reject(new Error('Xvfb did not start')));
  });
  return { child, name: `:${number}` };
};
