#!/usr/bin/env node
// `node deploy/complete-lockfile.mjs`, after `npm install` on a machine whose registry serves packages for its own platform only.
// npm leaves out of package-lock.json what it could not look up, and then `npm ci` refuses the file everywhere
// ("Missing: @biomejs/cli-darwin-arm64@ from lock file"). This adds the missing optional packages with the version and platform
// that their names and their dependents tell. They have no checksum: npm takes that from the registry where it installs them.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPU = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** @typedef {{ version?: string, dev?: boolean, optional?: boolean, optionalDependencies?: Record<string, string>, [key: string]: unknown }} Entry */

/**
 * @param {Record<string, Entry>} packages of a lockfile of version 3
 * @returns {{ added: Record<string, Entry>, unclear: string[] }} `unclear`: neither a version nor a platform can be told
 */
export const missingEntries = (packages) => {
  /** @type {Record<string, Entry>} */
  const added = {};
  const unclear = [];
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, wanted] of Object.entries(entry.optionalDependencies ?? {})) {
      if (resolves(packages, path, name)) continue;
      const platform = platformOf(name);
      const version = /^(?:npm:.*@)?(\d+\.\d+\.\d+\S*)$/.exec(wanted)?.[1];
      if (platform === null || version === undefined) unclear.push(`${name}@${wanted} of ${path}`);
      else added[`node_modules/${name}`] = { version, ...platform, ...(entry.dev ? { dev: true } : {}), optional: true };
    }
  }
  return { added, unclear };
};

/** As Node looks a package up: beside its dependent, then further out. @param {Record<string, Entry>} packages @param {string} from @param {string} name */
const resolves = (packages, from, name) => {
  for (let folder = from; ; folder = folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    if (`${folder ? `${folder}/` : ''}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
};

/** @param {string} name @returns {{ os?: string[], cpu?: string[], libc?: string[] } | null} */
const platformOf = (name) => {
  const words = name.split(/[/-]/);
  const os = words.find((word) => OS.includes(word));
  const cpu = words.find((word) => CPU.includes(word));
  if (!os && !cpu) return null;
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : os === 'linux' && words.includes('gnu') ? 'glibc' : null;
  return { ...(cpu ? { cpu: [cpu] } : {}), ...(libc ? { libc: [libc] } : {}), ...(os ? { os: [os] } : {}) };
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const { added, unclear } = missingEntries(lock.packages);
  const [own, ...others] = Object.entries({ ...lock.packages, ...added });
  if (own) lock.packages = Object.fromEntries([own, ...others.sort(([a], [b]) => a.localeCompare(b, 'en'))]);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`added ${Object.keys(added).length} optional packages of other platforms\n`);
  for (const package_ of unclear) process.stdout.write(`left out, platform or version not clear: ${package_}\n`);
}
