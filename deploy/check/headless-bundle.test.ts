import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { root } from '../build.mjs';
import { walkBundle } from './headless-bundle.mjs';

const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the headless gateway may load that is not in its bundle and not Node's own. */
const allowed = new Set(['libsql', 'keytar', 'keytar/keytar.js', 'bufferutil', 'utf-8-validate']);

test('the built headless gateway never loads electron, and nothing else that is not listed', () => {
  const { files, packages } = walkBundle(join(root, 'out/main/cli.js'));
  expect(files.length).toBeGreaterThan(1);
  expect(files).toContain('database-worker.js');
  expect(packages.filter((name) => /^electron(\/|$)/.test(name))).toEqual([]);
  expect(packages.filter((name) => !name.startsWith('node:') && !isBuiltin(name) && !allowed.has(name))).toEqual([]);
});

test.each([
  ['static', "import './far.js';", "import { app } from 'electron';"],
  ['dynamic', "export const f = () => import('./far.js');", "const { app } = await import('electron');"],
  ['required', "import './far.js';", "const e = require('electron');"],
  ['in a worker', "new Worker(new URL('./far.js', import.meta.url));", "import 'electron';"],
])('finds electron behind a hop, %s', (_, near, far) => {
  writeFileSync(join(folder, 'cli.js'), near);
  writeFileSync(join(folder, 'far.js'), far);
  expect(walkBundle(join(folder, 'cli.js')).packages).toContain('electron');
});
