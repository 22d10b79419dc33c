import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, startOwn, stop } from '../processes/children.mjs';
import { createHome } from '../processes/gateway.mjs';
import { alternate } from './start.mjs';

/**
 * What plugins that are installed, and some that run, add to a start until it answers.
 * @param {{root: string, built: string}} where
 * @param {{starts: number, installed: number, running: number}} effort
 */
export const measureInstalledPlugins = async ({ root, built }, { starts, installed, running }) => {
  const upstream = await startOwn('upstream.mjs');
  const homes = { without: createHome(root, upstream.first.port), with: createHome(root, upstream.first.port) };
  try {
    installPlugins(homes.with.folder, installed, running);
    const starter = (/** @type {import('../processes/gateway.mjs').Home} */ home) => (/** @type {number} */ port) =>
      start(process.execPath, [join(built, 'cli.js'), 'gateway', '--port', String(port)], home.env);
    const took = await alternate(starts, { without: starter(homes.without), with: starter(homes.with) });
    // The fastest: what else the machine does only ever adds.
    const least = (/** @type {'without' | 'with'} */ name) => Math.min(...(took[name] ?? []));
    return { installed, running, startMs: { without: least('without'), with: least('with') }, all: took };
  } finally {
    await stop(upstream.child);
    for (const home of Object.values(homes)) home.remove();
  }
};

/** As `openclaw channels install` leaves them. @param {string} home @param {number} installed @param {number} running */
const installPlugins = (home, installed, running) => {
  const code = 'export default class { async sendMessage() {} }\n';
  const ids = Array.from({ length: installed }, (_, n) => `plugin-${n}`);
  for (const id of ids) {
    const base = { id, name: id, version: '1.0.0', kind: 'channel' };
    const manifest = JSON.stringify({ ...base, engines: { pluginApi: 1 }, integrity: { 'index.mjs': sha256(code) } });
    const version = {
      folder: sha256(id).slice(0, 16),
      ...base,
      id: undefined,
      sha256: sha256(id),
      manifestSha256: sha256(manifest),
      installedAt: 1,
    };
    const folder = join(home, 'plugins', id, version.folder);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'openclaw.plugin.json'), manifest);
    writeFileSync(join(folder, 'index.mjs'), code);
    writeFileSync(join(folder, '..', 'installed.json'), JSON.stringify({ current: version, previous: null }));
  }
  const file = join(home, 'config.json');
  const channels = Object.fromEntries(ids.slice(0, running).map((id) => [id, { enabled: true }]));
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), channels }), { mode: 0o600 });
};

const sha256 = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');
