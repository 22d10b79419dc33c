import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { missingEntries } from './complete-lockfile.mjs';

const lint = {
  version: '2.0.0',
  dev: true,
  optionalDependencies: { '@lint/cli-linux-x64-musl': '2.0.0', '@lint/cli-win32-arm64': '2.0.0' },
};

test('an optional package that was left out is added with what its name tells', () => {
  const { added, unclear } = missingEntries({
    '': {},
    'node_modules/lint': lint,
    'node_modules/@lint/cli-win32-arm64': { version: '2.0.0' },
  });
  expect(added).toEqual({
    'node_modules/@lint/cli-linux-x64-musl': { version: '2.0.0', cpu: ['x64'], libc: ['musl'], os: ['linux'], dev: true, optional: true },
  });
  expect(unclear).toEqual([]);
});

test('one that stands beside or further out is not missing', () => {
  const packages = {
    '': {},
    'node_modules/a/node_modules/@s/lint': lint,
    'node_modules/a/node_modules/@lint/cli-linux-x64-musl': {},
    'node_modules/@lint/cli-win32-arm64': {},
  };
  expect(missingEntries(packages).added).toEqual({});
});

test('nothing is made up where the version or the platform cannot be told', () => {
  const packages = { 'node_modules/a': { optionalDependencies: { fsevents: '^2.0.0', 'b-darwin-x64': '^1.0.0' } } };
  expect(missingEntries(packages)).toEqual({
    added: {},
    unclear: [expect.stringContaining('fsevents'), expect.stringContaining('b-darwin-x64')],
  });
});

test('package-lock.json has them all: `npm ci` refuses one that does not', () => {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  expect(Object.keys(missingEntries(lock.packages).added), 'run: node deploy/complete-lockfile.mjs').toEqual([]);
});
