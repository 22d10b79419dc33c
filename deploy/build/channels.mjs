import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const manifestFile = 'openclaw.plugin.json';

/**
 * The channels that come with the app, each as a plugin stands once it is installed: `out/channels/<id>/` with its manifest, one
 * file of code and its icon, if it has one.
 * @param {string} root
 */
export const buildChannels = async (root) => {
  const out = join(root, 'out/channels');
  await rm(out, { recursive: true, force: true });
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  for (const id of await channelIds(root)) await buildChannel(root, join(out, id), id, version);
};

/** @param {string} root @returns {Promise<string[]>} the folders of packages/channels that have a manifest */
const channelIds = async (root) => {
  const folder = join(root, 'packages/channels');
  return (await readdir(folder)).filter((id) => existsSync(join(folder, id, manifestFile))).sort();
};

/** @param {string} root @param {string} out @param {string} id @param {string} version */
const buildChannel = async (root, out, id, version) => {
  const folder = join(root, 'packages/channels', id);
  const manifest = JSON.parse(await readFile(join(folder, manifestFile), 'utf8'));
  const code = await bundle(root, join(folder, 'src/index.ts'));
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'index.mjs'), code);
  if (manifest.icon) await copyFile(join(folder, manifest.icon), join(out, manifest.icon));
  const files = ['index.mjs', ...(manifest.icon ? [manifest.icon] : [])];
  const hashes = await Promise.all(files.map(async (file) => [file, sha256(await readFile(join(out, file)))]));
  const built = { ...manifest, version, main: 'index.mjs', integrity: Object.fromEntries(hashes) };
  await writeFile(join(out, manifestFile), `${JSON.stringify(built, null, 2)}\n`);
};

/** @param {string} root @param {string} input @returns {Promise<string>} */
const bundle = async (root, input) => {
  const { rolldown } = await import('rolldown');
  /** @type {string[]} */
  const missing = [];
  const building = await rolldown({
    ...{ cwd: root, input, platform: 'node', logLevel: 'warn' },
    tsconfig: join(root, 'tsconfig.json'),
    onLog: (_, { code, message }) => {
      if (code === 'UNRESOLVED_IMPORT') missing.push(message);
    },
  });
  const { output } = await building.generate({ format: 'esm', codeSplitting: false, minify: { compress: true, mangle: false } });
  await building.close();
  if (missing.length > 0) throw new Error(`A channel's file has to have all that it imports in it:\n${missing.join('\n')}`);
  return output[0].code;
};

/** @param {Buffer} content */
const sha256 = (content) => createHash('sha256').update(content).digest('hex');
