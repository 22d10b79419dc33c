import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { channelLicenses } from '../build/channels.mjs';
import { writeLicenses } from '../build/write-licenses.mjs';
import { root } from '../build.mjs';

const permissive = [
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'Zlib',
];

/** Of `(MIT OR EUPL-1.1+)` one is enough: it is the one we take. */
const mayStand = (identifier: string): boolean =>
  identifier
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((one) => permissive.includes(one));

// The console's is looked at where there is a built one: e2e/settings.test.ts.
test.each(['main', 'plugin-host', channelLicenses])('what stands in the bundle %s may stand there', (bundle) => {
  const licensed = JSON.parse(readFileSync(join(root, 'out', bundle, 'licenses.json'), 'utf8')) as readonly Record<string, string>[];
  expect(licensed.length).toBeGreaterThan(0);
  expect(licensed.filter(({ identifier = '' }) => !mayStand(identifier)).map(({ name, identifier }) => [name, identifier])).toEqual([]);
});

test('all bundles tell their terms in one text, each library once', () => {
  const out = mkdtempSync(join(tmpdir(), 'licenses-'));
  onTestFinished(() => rmSync(out, { recursive: true }));
  const zod = { name: 'zod', version: '4.0.0', identifier: 'MIT', text: 'the terms of zod' };
  for (const [bundle, licensed] of Object.entries({ main: [zod, { name: 'ajv', version: '8.0.0' }], renderer: [zod] })) {
    mkdirSync(join(out, bundle));
    writeFileSync(join(out, bundle, 'licenses.json'), JSON.stringify(licensed));
  }
  writeLicenses(out, ['main', 'none', 'renderer']);
  const text = readFileSync(join(out, 'renderer/licenses.txt'), 'utf8');
  expect(text.match(/the terms of zod/g)).toHaveLength(1);
  expect(text.indexOf('ajv 8.0.0\n')).toBeLessThan(text.indexOf('zod 4.0.0 (MIT)'));
});
