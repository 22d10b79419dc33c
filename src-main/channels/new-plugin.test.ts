import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { testChannel } from '@openclaw/plugin-sdk/testing';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pluginManifestSchema } from '../../src-shared/models/plugin-manifest.ts';
import { openForkHost } from '../testing/fork-host.ts';
import { hostedChannel } from '../testing/hosted-channel.ts';
import type { InstalledPlugin } from './plugin-host.ts';

/** What `create-openclaw-plugin` starts, built, unpacked and run in a process of its own, before the suite that its author has. */
const id = 'fresh-channel';
const create = (await import(
  resolve('packages/create-openclaw-plugin/dist/index.mjs')
)) as typeof import('../../packages/create-openclaw-plugin/src/index.ts');
const template = resolve('packages/create-openclaw-plugin/template/channel/tests/fake-platform.mjs');
const { startFakePlatform } = await import(template);

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'new-plugin-')));
const host = openForkHost({ home: '/root' });
let plugin: InstalledPlugin;

beforeAll(async () => {
  const { folder: project } = await create.createProject(folder, id, 'channel');
  // What npm install does.
  mkdirSync(join(project, 'node_modules/@openclaw'), { recursive: true });
  symlinkSync(join(project, 'vendor/plugin-sdk'), join(project, 'node_modules/@openclaw/plugin-sdk'));
  symlinkSync(resolve('node_modules/rolldown'), join(project, 'node_modules/rolldown'));
  const { file } = await create.buildPlugin(folder, id);
  const files = unzipSync(readFileSync(file));
  const unpacked = join(folder, 'unpacked');
  mkdirSync(unpacked);
  for (const [path, content] of Object.entries(files)) writeFileSync(join(unpacked, path), content);
  const manifest = pluginManifestSchema.parse(JSON.parse(readFileSync(join(unpacked, 'openclaw.plugin.json'), 'utf8')));
  plugin = { manifest, folder: unpacked, bundled: false };
});
afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a new channel in its host', () => {
  let started = 0;
  const checks = testChannel({
    create: () => {
      started += 1;
      return hostedChannel(host, plugin, join(folder, `data-${started}`));
    },
    platform: startFakePlatform,
    lacks: ['self'],
  });
  for (const { name, run } of checks) test(name, run);
  test('all of it was asked', () => expect(checks.length).toBeGreaterThan(20));
});
