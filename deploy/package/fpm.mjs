#!/usr/bin/env node
// Stands in for fpm, which electron-builder wants for a .deb and which no package registry has: the same command line, done with
// Debian's own dpkg-deb. deploy/package.mjs names it in CUSTOM_FPM_PATH where there is no network to fetch fpm from.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Options of fpm that stand alone. */
const FLAGS = ['--force', '--debug'];

/**
 * @param {readonly string[]} argv
 * @returns {{ options: Record<string, string>, lists: Record<string, string[]>, maps: { from: string, to: string }[] }}
 *   `lists`: options that may come more than once; `maps`: what goes where, `SRC=DEST`
 */
export const parseArguments = (argv) => {
  /** @type {Record<string, string>} */
  const options = {};
  /** @type {Record<string, string[]>} */
  const lists = { '-d': [], '--deb-recommends': [] };
  /** @type {{ from: string, to: string }[]} */
  const maps = [];
  const rest = argv.filter((word) => !FLAGS.includes(word));
  while (rest.length > 0) {
    const word = rest.shift() ?? '';
    if (!word.startsWith('-')) {
      const [from = '', to = ''] = word.split('=');
      maps.push({ from, to });
    } else if (word in lists) lists[word]?.push(rest.shift() ?? '');
    else options[word] = rest.shift() ?? '';
  }
  return { options, lists, maps };
};

/**
 * The text of DEBIAN/control.
 * @param {ReturnType<typeof parseArguments>} parsed @param {number} installedKb
 */
export const controlFile = ({ options, lists }, installedKb) => {
  const [synopsis, ...long] = (options['--description'] ?? '')
    .trim()
    .split('\n')
    .map((line) => line.trim());
  const description = [synopsis, ...long.map((line) => ` ${line === '' ? '.' : line}`)];
  const fields = {
    Package: options['--name'],
    Version: options['--version'],
    Architecture: options['--architecture'],
    Maintainer: options['--maintainer'],
    'Installed-Size': String(installedKb),
    Depends: lists['-d']?.join(', '),
    Recommends: lists['--deb-recommends']?.join(', '),
    Section: options['--category'],
    Priority: options['--deb-priority'],
    Homepage: options['--url'],
    Description: description.join('\n'),
  };
  const lines = Object.entries(fields).flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
  return `${lines.join('\n')}\n`;
};

/** @param {ReturnType<typeof parseArguments>} parsed */
const makeDeb = (parsed) => {
  const { options, maps } = parsed;
  const root = mkdtempSync(join(tmpdir(), 'openclaw-deb-'));
  try {
    // Readable by everyone once installed, however private this user's files are.
    process.umask(0o022);
    chmodSync(root, 0o755);
    for (const { from, to } of maps) put(from, join(root, to));
    const control = join(root, 'DEBIAN');
    const installedKb = Math.ceil(sizeOf(root) / 1024);
    mkdirSync(control);
    writeFileSync(join(control, 'control'), controlFile(parsed, installedKb));
    for (const [option, name] of /** @type {const} */ ([
      ['--after-install', 'postinst'],
      ['--after-remove', 'postrm'],
    ])) {
      const script = options[option];
      if (script === undefined) continue;
      copyFileSync(script, join(control, name));
      chmodSync(join(control, name), 0o755);
    }
    const compression = (options['--deb-compression'] ?? 'xz').replace(/^gz$/, 'gzip');
    const level = options['--deb-compression-level'];
    execFileSync(
      'dpkg-deb',
      ['--root-owner-group', `-Z${compression}`, ...(level ? [`-z${level}`] : []), '--build', root, options['--package'] ?? ''],
      { stdio: 'inherit' },
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

/** A folder with a slash at its end gives its content; a file keeps only whether it can be run. @param {string} from @param {string} to */
const put = (from, to) => {
  mkdirSync(dirname(to), { recursive: true });
  if (from.endsWith('/')) cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  else {
    copyFileSync(from, to);
    chmodSync(to, statSync(from).mode & 0o111 ? 0o755 : 0o644);
  }
};

/** @param {string} folder @returns {number} bytes of all files in it */
const sizeOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath ?? entry.path, entry.name)).size : 0),
    0,
  );

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const parsed = parseArguments(process.argv.slice(2));
  if (parsed.options['-t'] !== 'deb') {
    process.stderr.write(`This stand-in for fpm makes .deb only, not ${parsed.options['-t']}.\n`);
    process.exit(1);
  }
  makeDeb(parsed);
}
