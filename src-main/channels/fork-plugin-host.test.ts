import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../clock.ts';
import { openPrograms } from '../programs/open-programs.ts';
import { createForkPluginHost } from './fork-plugin-host.ts';
import { describePluginHost } from './plugin-host.conformance.ts';

const folderOf = (id: string): string => fileURLToPath(new URL(`../testing/plugins/${id}`, import.meta.url));
const hostFile = fileURLToPath(new URL('../../out/plugin-host/plugin-host.cjs', import.meta.url));

let data: string;
beforeAll(async () => {
  data = await realpath(await mkdtemp(join(tmpdir(), 'plugins-')));
});
afterAll(() => rm(data, { recursive: true }));

describePluginHost('the fork host', async () => {
  const { findSandbox, confine } = openPrograms({
    clock: systemClock,
    platform: process.platform,
    env: process.env,
    home: '/root',
    hidden: [],
  });
  return {
    host: createForkPluginHost({
      ...{ clock: systemClock, platform: process.platform, env: process.env, execPath: process.execPath, hostFile, findSandbox, confine },
      randomBytes: (size) => Buffer.alloc(size),
    }),
    pluginFolder: folderOf,
    dataFolder: (unit) => join(data, unit),
  };
});
