import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bareEnv, root, run } from './harness/child.ts';

/**
 * An unrelated package of the name `openclaw` is in the npm registry. Inside the checkout `npx openclaw` must run this one,
 * without so much as asking.
 */
const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version as string;
let registry: Server;
let asked: string[] = [];
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openclaw-npx-'));
  registry = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

/** `npx`, with an empty cache and a registry that only notes down what it is asked. */
const npx = (cwd: string, args: readonly string[]) =>
  run('npx', args, {
    cwd,
    env: bareEnv({
      npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`,
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
  expect(asked).toEqual([]);
});

test('it works offline and never asks whether to install', async () => {
  const { code, stdout, stderr } = await npx(root, ['--offline', '--yes=false', 'openclaw', '--version']);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringContaining(version) });
  expect(asked).toEqual([]);
});

test('outside the checkout it would be the other one: the registry that notes down is asked', async () => {
  const { code } = await npx(mkdtempSync(join(folder, 'elsewhere-')), ['--yes', 'openclaw', '--version']);
  expect(code).not.toBe(0);
  expect(asked).toContain('GET /openclaw');
});
