import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bareEnv, root, run } from './harness/child.ts';
import { type SilentRegistry, startSilentRegistry } from './harness/silent-registry.ts';

/**
 * An unrelated package of the name `openclaw` is in the npm registry. Inside the checkout `npx openclaw` must run this one,
 * without so much as asking.
 */
const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version as string;
let registry: SilentRegistry;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openclaw-npx-'));
  registry = await startSilentRegistry();
});
beforeEach(() => registry.forget());
afterAll(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

/** `npx`, with an empty cache and a registry that only notes down what it is asked. */
const npx = (cwd: string, args: readonly string[]) =>
  run('npx', args, {
    cwd,
    env: bareEnv({
      npm_config_registry: registry.url,
      npm_config_cache: mkdtempSync(join(folder, 'cache-')),
      npm_config_fetch_retries: '0',
    }),
  });

test.each([
  ['in the checkout', '.'],
  ['in a folder of the checkout', 'src-main/storage'],
])('`npx openclaw` %s is this one, and the registry is not asked', async (_, cwd) => {
  const { code, stdout, stderr } = await npx(join(root, cwd), ['openclaw', '--version']);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringContaining(version) });
  expect(registry.asked()).toEqual([]);
});

test('it works offline and never asks whether to install', async () => {
  const { code, stdout, stderr } = await npx(root, ['--offline', '--yes=false', 'openclaw', '--version']);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringContaining(version) });
  expect(registry.asked()).toEqual([]);
});

test('outside the checkout it would be the other one: the registry that notes down is asked', async () => {
  const { code } = await npx(mkdtempSync(join(folder, 'elsewhere-')), ['--yes', 'openclaw', '--version']);
  expect(code).not.toBe(0);
  expect(registry.asked()).toContain('GET /openclaw');
});
