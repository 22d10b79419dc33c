import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../clock.ts';
import { createMemoryPluginHost } from './memory-plugin-host.ts';
import { describePluginHost } from './plugin-host.conformance.ts';

const folderOf = (id: string): string => fileURLToPath(new URL(`../testing/plugins/${id}`, import.meta.url));
const exportOf = async (id: string): Promise<unknown> => (await import(`${folderOf(id)}/index.mjs`)).default;

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'plugins-'));
});
afterAll(() => rm(data, { recursive: true }));

describePluginHost('the memory host', async () => {
  const plugins = Object.fromEntries(
    await Promise.all(['echo', 'typeless', 'calculator', 'no-plugin'].map(async (id) => [id, await exportOf(id)])),
  );
  return {
    host: createMemoryPluginHost({ clock: systemClock, plugins }),
    pluginFolder: folderOf,
    dataFolder: (unit) => join(data, unit),
  };
});
