import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { openForkHost } from '../testing/fork-host.ts';
import { describePluginHost } from './plugin-host.conformance.ts';

const folderOf = (id: string): string => fileURLToPath(new URL(`../testing/plugins/${id}`, import.meta.url));

let data: string;
beforeAll(async () => {
  data = await realpath(await mkdtemp(join(tmpdir(), 'plugins-')));
});
afterAll(() => rm(data, { recursive: true }));

describePluginHost('the fork host', async () => ({
  host: openForkHost({ home: '/root' }),
  pluginFolder: folderOf,
  dataFolder: (unit) => join(data, unit),
}));
