import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { controlFile, parseArguments } from './fpm.mjs';

const folder = mkdtempSync(join(tmpdir(), 'openclaw-fpm-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As electron-builder calls it. */
const commandLine = (more: readonly string[] = []): string[] => [
  ...['-s', 'dir', '--force', '-t', 'deb', '-d', 'libgtk-3-0t64 | libgtk-3-0', '-d', 'xdg-utils', '--deb-recommends', 'gnome-keyring'],
  ...['--deb-compression', 'gz', '--architecture', 'amd64', '--description', 'In a line\n In more words.', '--version', '1.2.3'],
  ...['--name', 'openclaw-test', '--maintainer', 'M <m@x.invalid>', '--vendor', 'V', '--url', 'https://x.invalid', '--category', 'utils'],
  ...['--deb-priority', 'optional', '--license', 'MIT', ...more],
];

test('reads what fpm reads', () => {
  const { options, lists, maps } = parseArguments(commandLine(['build/=/opt/App', 'a=/usr/bin/a']));
  expect(options['--version']).toBe('1.2.3');
  expect(lists['-d']).toEqual(['libgtk-3-0t64 | libgtk-3-0', 'xdg-utils']);
  expect(maps).toEqual([
    { from: 'build/', to: '/opt/App' },
    { from: 'a', to: '/usr/bin/a' },
  ]);
});

test('writes a control file without empty fields', () => {
  const text = controlFile(parseArguments(['--name', 'n', '--version', '1', '--description', ' \n Words.\n\n More.']), 12);
  expect(text).toBe('Package: n\nVersion: 1\nInstalled-Size: 12\nDescription: Words.\n .\n More.\n');
});

/** Debian's own; elsewhere electron-builder brings fpm. */
const hasDpkg = existsSync('/usr/bin/dpkg-deb');

test.runIf(hasDpkg)('makes a package that dpkg reads, with what can be run and what cannot', () => {
  mkdirSync(join(folder, 'app', 'sub'), { recursive: true });
  writeFileSync(join(folder, 'app', 'program'), 'x');
  chmodSync(join(folder, 'app', 'program'), 0o755);
  writeFileSync(join(folder, 'app', 'sub', 'data'), 'y');
  writeFileSync(join(folder, 'icon.png'), 'z');
  writeFileSync(join(folder, 'after'), '#!/bin/sh\nexit 0\n');
  const deb = join(folder, 'out.deb');
  execFileSync(process.execPath, [
    fileURLToPath(new URL('fpm.mjs', import.meta.url)),
    ...commandLine(['--deb-compression-level', '1', '--after-install', join(folder, 'after'), '--package', deb]),
    `${folder}/app/=/opt/App`,
    `${folder}/app/program=/usr/bin/program`,
    `${folder}/icon.png=/usr/share/icons/icon.png`,
  ]);
  const field = (name: string) => execFileSync('dpkg-deb', ['-f', deb, name], { encoding: 'utf8' }).trim();
  expect(['Package', 'Version', 'Depends', 'Recommends'].map(field)).toEqual([
    'openclaw-test',
    '1.2.3',
    'libgtk-3-0t64 | libgtk-3-0, xdg-utils',
    'gnome-keyring',
  ]);
  const files = execFileSync('dpkg-deb', ['-c', deb], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('d'))
    .map((line) => [line.slice(0, 10), line.split(/\s+/)[1], line.split(/\s+/).at(-1)]);
  expect(files).toEqual([
    ['-rwxr-xr-x', 'root/root', './opt/App/program'],
    ['-rw-r--r--', 'root/root', './opt/App/sub/data'],
    ['-rwxr-xr-x', 'root/root', './usr/bin/program'],
    ['-rw-r--r--', 'root/root', './usr/share/icons/icon.png'],
  ]);
  expect(execFileSync('dpkg-deb', ['-I', deb, 'postinst'], { encoding: 'utf8' })).toContain('exit 0');
});

test('makes nothing but a .deb, and says so', () => {
  expect(() =>
    execFileSync(process.execPath, [fileURLToPath(new URL('fpm.mjs', import.meta.url)), '-t', 'rpm'], { stdio: 'pipe' }),
  ).toThrow(/not rpm/);
});
