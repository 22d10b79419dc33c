import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const manifestFile = 'openclaw.plugin.json';
const licensesFile = 'licenses.json';

/** A folder of `out/` with the licences of what stands in the channels, as Vite lists them for other bundles. */
export const channelLicenses = 'channel-licenses';

/**
 * The channels that come with the app, each as a plugin stands once it is installed: `out/channels/<id>/` with its manifest, one
 * file of code and its icon, if it has one.
 * @param {string} root
 */
export const buildChannels = async (root) => {
  const out = join(root, 'out/channels');
  await rm(out, { recursive: true, force: true });
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const licences = [];
  for (const id of await channelIds(root)) licences.push(...(await buildChannel(root, join(out, id), id, version)));
  await mkdir(join(root, 'out', channelLicenses), { recursive: true });
  await writeFile(join(root, 'out', channelLicenses, licensesFile), JSON.stringify(licences));
};

/** @param {string} root @returns {Promise<string[]>} the folders of packages/channels that have a manifest */
const channelIds = async (root) => {
  const folder = join(root, 'packages/channels');
  return (await readdir(folder)).filter((id) => existsSync(join(folder, id, manifestFile))).sort();
};

/** @param {string} root @param {string} out @param {string} id @param {string} version @returns {Promise<unknown[]>} licences */
const buildChannel = async (root, out, id, version) => {
  const folder = join(root, 'packages/channels', id);
  const manifest = JSON.parse(await readFile(join(folder, manifestFile), 'utf8'));
  const licences = await bundle(root, id, out);
  if (manifest.icon) await copyFile(join(folder, manifest.icon), join(out, manifest.icon));
  const files = ['index.mjs', ...(manifest.icon ? [manifest.icon] : [])];
  const hashes = await Promise.all(files.map(async (file) => [file, sha256(await readFile(join(out, file)))]));
  const built = { ...manifest, version, main: 'index.mjs', integrity: Object.fromEntries(hashes) };
  await writeFile(join(out, manifestFile), `${JSON.stringify(built, null, 2)}\n`);
  return licences;
};

/**
 * @param {string} root @param {string} id @param {string} out
 * @returns {Promise<unknown[]>} the licences of what stands in it
 */
const bundle = async (root, id, out) => {
  const vite = await import('vite');
  await vite.build({
    ...{ configFile: false, root, logLevel: 'error', publicDir: false },
    resolve: { tsconfigPaths: true },
    ssr: { noExternal: true },
    // Libraries that were CommonJS once look there for a package.json of theirs, and go without.
    define: { __dirname: 'import.meta.dirname' },
    build: {
      ssr: join(root, 'packages/channels', id, 'src/index.ts'),
      target: 'node20.18',
      outDir: out,
      emptyOutDir: true,
      license: { fileName: licensesFile },
      minify: false,
      rollupOptions: {
        output: { format: 'es', entryFileNames: 'index.mjs', codeSplitting: false, minify: { compress: true, mangle: false } },
      },
    },
  });
  const licences = JSON.parse(await readFile(join(out, licensesFile), 'utf8'));
  // What stands in a plugin's folder, its manifest names.
  await rm(join(out, licensesFile));
  return licences;
};

/** @param {Buffer} content */
const sha256 = (content) => createHash('sha256').update(content).digest('hex');
