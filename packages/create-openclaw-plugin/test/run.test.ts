import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** As it is shipped: built, and run in a folder of the user's. */
const { run } = (await import(resolve('packages/create-openclaw-plugin/dist/index.mjs'))) as typeof import('../src/index.ts');

let cwd: string;
let printed: string;
const call = (...argv: string[]): Promise<number> => {
  printed = '';
  const print = (text: string): void => {
    printed += `${text}\n`;
  };
  return run(argv, { cwd, print, complain: print });
};

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'create-plugin-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

test('a project is named as it was asked for, everywhere', async () => {
  expect(await call('acme-chat')).toBe(0);
  expect(printed).toContain('openclaw channels install ./dist/acme-chat.plugin');
  const texts = readdirSync(join(cwd, 'acme-chat'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('vendor'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
  expect(texts).toContain('class AcmeChat implements ChannelPlugin');
  expect(texts).toContain('"id": "acme-chat"');
  expect(texts).toContain('# Acme chat');
  expect(texts).not.toMatch(/my.?custom.?channel/i);
});

test.each([
  [['Acme'], 1, /cannot be a plugin's name/],
  [['../acme'], 1, /cannot be a plugin's name/],
  [['acme', '--kind', 'skill'], 1, /--kind is channel or tools/],
  [['acme', '--what'], 2, /--what/],
  [[], 2, /Usage/],
  [['init'], 2, /Usage/],
  [['acme', 'chat'], 2, /Usage/],
  [['--help'], 0, /Usage/],
  [['build'], 1, /no openclaw\.plugin\.json/],
])('%j ends with %i', async (argv, code, words) => {
  expect(await call(...argv)).toBe(code);
  expect(printed).toMatch(words);
  expect(readdirSync(cwd)).toEqual([]);
});

test('a folder with something in it is left alone', async () => {
  mkdirSync(join(cwd, 'acme'));
  writeFileSync(join(cwd, 'acme', 'thesis.txt'), 'mine');
  expect(await call('acme')).toBe(1);
  expect(printed).toContain('has something in it');
  expect(readdirSync(join(cwd, 'acme'))).toEqual(['thesis.txt']);
});

/** What npm install does. */
const install = (): void => {
  const modules = join(cwd, 'acme/node_modules');
  for (const scope of ['@openclaw', '@types']) mkdirSync(join(modules, scope), { recursive: true });
  symlinkSync(join(cwd, 'acme/vendor/plugin-sdk'), join(modules, '@openclaw/plugin-sdk'));
  for (const name of ['rolldown', 'typescript', '@types/node']) symlinkSync(resolve('node_modules', name), join(modules, name));
};

const edit = (file: string, change: (text: string) => string): void => {
  const path = join(cwd, 'acme', file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
};

test.each<[string, () => void, RegExp]>([
  ['without its packages', () => rmSync(join(cwd, 'acme/node_modules/rolldown')), /Run npm install there first/],
  ['without a default export', () => edit('src/index.ts', (text) => text.replace('export default ', 'export ')), /no default export/],
  ['with a manifest that is no JSON', () => edit('openclaw.plugin.json', () => '{'), /openclaw\.plugin\.json is no JSON/],
  ['with a key nobody knows', () => edit('openclaw.plugin.json', (text) => text.replace('"kind"', '"sort"')), /Unrecognized key: "sort"/],
  ['for another gateway', () => edit('openclaw.plugin.json', (text) => text.replace('"pluginApi": 1', '"pluginApi": 9')), /pluginApi is 9/],
  ['with no version', () => edit('package.json', (text) => text.replace('0.1.0', 'first')), /a version is like 1\.2\.3/],
  ['with a README that is not there', () => rmSync(join(cwd, 'acme/README.md')), /names README\.md/],
])('a build %s says so, and leaves what was built before', async (_, spoil, words) => {
  await call('acme');
  install();
  expect(await call('build', 'acme')).toBe(0);
  expect(printed).toMatch(/acme\.plugin {2}\d+\.\d KiB {2}sha256 [0-9a-f]{64}/);
  const before = readFileSync(join(cwd, 'acme/dist/acme.plugin'));
  spoil();
  expect(await call('build', 'acme')).toBe(1);
  expect(printed).toMatch(words);
  expect(readFileSync(join(cwd, 'acme/dist/acme.plugin')).equals(before)).toBe(true);
});

test('a library in CommonJS is bundled, with what Node has built in, and without its optional parts', async () => {
  await call('acme');
  install();
  mkdirSync(join(cwd, 'acme/node_modules/old-library'));
  writeFileSync(
    join(cwd, 'acme/node_modules/old-library/index.js'),
    "const { EventEmitter } = require('events');\nlet fast = false;\ntry { require('fast-addon'); fast = true; } catch {}\nmodule.exports = { EventEmitter, fast };\n",
  );
  writeFileSync(
    join(cwd, 'acme/src/index.ts'),
    "import { EventEmitter, fast } from 'old-library';\nexport default { sendMessage: EventEmitter, fast };\n",
  );
  expect(await call('build', 'acme')).toBe(0);
  const bundled = await import(join(cwd, 'acme/dist/index.mjs'));
  expect(bundled.default).toEqual({ sendMessage: EventEmitter, fast: false });
});

test('validate reads the manifest alone', async () => {
  await call('acme', '--kind', 'tools');
  expect(await call('validate', 'acme')).toBe(0);
  edit('openclaw.plugin.json', (text) => text.replace('"net": []', '"net": ["https://api.example.com"]'));
  expect(await call('validate', 'acme')).toBe(1);
  expect(printed).toContain('a host is like api.example.com');
});

test('dev builds again after each change, and goes on after a mistake', async () => {
  await call('acme');
  install();
  const lines: string[] = [];
  const stop = new AbortController();
  const print = (text: string): void => void lines.push(text);
  const ended = run(['dev', 'acme'], { cwd, print, complain: print, signal: stop.signal, reload: async (file) => `took ${file}` });
  const archive = join(cwd, 'acme/dist/acme.plugin');
  await expect.poll(() => lines, { timeout: 20_000 }).toEqual([expect.stringContaining('sha256'), `took ${archive}`]);
  edit('src/index.ts', (text) => text.replace('ctx.setStatus(', 'ctx.setState('));
  await expect.poll(() => lines.slice(2), { timeout: 20_000 }).toEqual([expect.stringContaining("'setState' does not exist")]);
  edit('src/index.ts', (text) => text.replace('ctx.setState(', 'ctx.setStatus('));
  edit('openclaw.plugin.json', (text) => text.replace('"Acme"', '"Acme chat"'));
  const hashes = (): ReadonlySet<string | undefined> => new Set(lines.map((line) => /sha256 (\w+)/.exec(line)?.[1]));
  await expect.poll(() => hashes().size, { timeout: 20_000 }).toBe(3); // two, and lines without one
  stop.abort();
  expect(await ended).toBe(0);
});
