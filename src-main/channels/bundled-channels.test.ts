import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createFakeHost } from '@openclaw/plugin-sdk/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pluginManifestSchema } from '../../src-shared/models/plugin-manifest.ts';
import { openForkHost } from '../testing/fork-host.ts';
import { hostedChannel } from '../testing/hosted-channel.ts';
import type { InstalledPlugin, PluginHost } from './plugin-host.ts';

const folder = resolve('out/channels');
/** As `npm run build` writes them: one file each, under Node's permission model. */
const bundled = (): readonly InstalledPlugin[] =>
  readdirSync(folder).map((id) => ({
    manifest: pluginManifestSchema.parse(JSON.parse(readFileSync(join(folder, id, 'openclaw.plugin.json'), 'utf8'))),
    folder: join(folder, id),
    bundled: true,
  }));

let data: string;
let host: PluginHost;
beforeAll(async () => {
  data = await realpath(await mkdtemp(join(tmpdir(), 'bundled-')));
  host = openForkHost({ home: '/root' });
});
afterAll(async () => {
  await host.close();
  await rm(data, { recursive: true });
});

describe('a channel that comes with the app', () => {
  test('has a guide in both languages, words for every value, and a help line for every secret', () => {
    for (const { manifest } of bundled()) {
      for (const language of ['docs', 'docs/zh']) readFileSync(`${language}/channels/${manifest.id}.md`, 'utf8');
      for (const name of Object.keys(manifest.configSchema.properties as object)) {
        const { label, labelZh, help, helpZh } = manifest.uiHints[name] ?? {};
        expect([label, labelZh, help, helpZh].every(Boolean), `${manifest.id} ${name}`).toBe(true);
      }
    }
  });

  test('starts in the process of plugins, and asks for what it has not been given', async () => {
    for (const plugin of bundled()) {
      const { id } = plugin.manifest;
      const gateway = createFakeHost();
      const channel = await hostedChannel(host, plugin, join(data, id));
      await channel.start?.({ ...gateway.context({ config: {} }), channelId: id });
      await gateway.until(`${id} asks for its credentials`, () => gateway.statuses.at(-1)?.status === 'needs-auth');
      await channel.stop?.();
    }
  });
});
