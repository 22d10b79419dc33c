import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatProgress } from './format-progress.mjs';

/** No first byte, or none more, for this long: the download is given up. */
const STALL_MS = 20_000;
/** The whole of it; some 120 MB, so a slow line still makes it. */
const TOTAL_MS = 15 * 60_000;

/**
 * Fills the cache of `@electron/get` with a visible and bounded download, then lets Electron's own installer unpack it
 * (it takes what is in that cache, checks the sums, and would show nothing and wait without bound by itself).
 * @param {import('./find-electron.mjs').ElectronPackage} electron
 * @param {NodeJS.WriteStream} progress
 * @returns {Promise<void>} rejects with an Error whose message fits into a sentence
 */
export const downloadElectron = async (electron, progress) => {
  const startedAt = performance.now();
  const show = formatProgress(progress, `Getting Electron ${electron.version}, once`);
  try {
    await fillCache(electron, show.update);
    show.update({ transferred: 0, total: null, doing: 'unpacking' });
    const installer = spawn(process.execPath, [join(electron.dir, 'install.js')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    installer.stderr.on('data', (data) => {
      complaint += data;
    });
    const killer = setTimeout(() => installer.kill('SIGKILL'), TOTAL_MS);
    const [code] = await once(installer, 'exit');
    clearTimeout(killer);
    if (code !== 0) throw new Error(complaint.split('\n')[0] || `its installer ended with ${code}`);
  } finally {
    show.end(`${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  }
};

/** @param {import('./find-electron.mjs').ElectronPackage} electron @param {import('./format-progress.mjs').Show} show */
const fillCache = async (electron, show) => {
  const { downloadArtifact } = await import('@electron/get');
  const abort = new AbortController();
  const giveUp = (/** @type {string} */ why) => () => abort.abort(new Error(why));
  const total = setTimeout(giveUp('it took too long'), TOTAL_MS);
  let stall = setTimeout(giveUp('no answer'), STALL_MS);
  const downloading = downloadArtifact({
    version: electron.version,
    artifactName: 'electron',
    platform: process.platform,
    arch: process.arch,
    checksums: JSON.parse(await readFile(join(electron.dir, 'checksums.json'), 'utf8')),
    downloadOptions: {
      quiet: true,
      signal: abort.signal,
      getProgressCallback: async (/** @type {{ transferred: number, total: number | null }} */ at) => {
        clearTimeout(stall);
        stall = setTimeout(giveUp('the download stalled'), STALL_MS);
        show(at);
      },
    },
  });
  try {
    await downloading;
  } catch (error) {
    throw new Error(plain(abort.signal.aborted ? abort.signal.reason : error), { cause: error });
  } finally {
    clearTimeout(total);
    clearTimeout(stall);
  }
};

/** `fetch failed` tells nobody anything; what is below it does. @param {unknown} error @returns {string} */
const plain = (error) => {
  if (!(error instanceof Error)) return String(error);
  const code = /** @type {NodeJS.ErrnoException} */ (error.cause)?.code;
  return code ? `${error.message} (${code})` : error.message;
};
