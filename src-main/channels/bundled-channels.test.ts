import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createFakeHost, type FakeHost, type FakePlatform } from '@openclaw/plugin-sdk/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFakeDingTalk } from '../../packages/channels/dingtalk/test/fake-dingtalk.ts';
import { startFakeDiscord } from '../../packages/channels/discord/test/fake-discord.ts';
import { startMailServer } from '../../packages/channels/email/test/mail-server.ts';
import { startFakeFeishu } from '../../packages/channels/feishu/test/fake-feishu.ts';
import { startHomeserver } from '../../packages/channels/matrix/test/homeserver.ts';
import { startFakeSlack } from '../../packages/channels/slack/test/fake-slack.ts';
import { startFakeTelegram } from '../../packages/channels/telegram/test/fake-telegram.ts';
import { openVisitor } from '../../packages/channels/webchat/test/visitor.ts';
import { startProgram } from '../../packages/channels/webhook/test/program.ts';
import { startFakeWecom } from '../../packages/channels/wecom/test/fake-wecom.ts';
import { startGraphApi } from '../../packages/channels/whatsapp/test/graph-api.ts';
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

/** The platform of each channel, as its own tests fake it. */
const platforms: Readonly<Record<string, (gateway: FakeHost) => Promise<FakePlatform>>> = {
  dingtalk: async () => (await startFakeDingTalk()).platform,
  discord: async () => (await startFakeDiscord()).platform,
  email: async () => (await startMailServer()).platform,
  feishu: async () => (await startFakeFeishu()).platform,
  matrix: async () => (await startHomeserver()).platform,
  slack: async () => (await startFakeSlack()).platform,
  telegram: async () => (await startFakeTelegram()).platform,
  webchat: async () => (await openVisitor()).platform,
  webhook: async (gateway) => (await startProgram(gateway)).platform,
  wecom: async () => (await startFakeWecom()).platform,
  whatsapp: async (gateway) => (await startGraphApi(gateway)).platform,
};

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

  test('says who it is and what it needs in Chinese too', () => {
    for (const { manifest, folder } of bundled()) {
      expect(manifest.descriptionZh, manifest.id).toMatch(/\p{Script=Han}/u);
      const code = readFileSync(join(folder, manifest.main), 'utf8');
      // As the code says it: another text would never be found.
      for (const [text, zh] of Object.entries(manifest.detailsZh ?? {})) {
        expect(code.includes(text), `${manifest.id}: ${text}`).toBe(true);
        expect(zh).toMatch(/\p{Script=Han}/u);
      }
    }
  });

  test('starts in the process of plugins, and asks for what it has not been given', async () => {
    await Promise.all(
      bundled().map(async (plugin) => {
        const { id } = plugin.manifest;
        const gateway = createFakeHost({ patienceMs: 50_000 });
        const channel = await hostedChannel(host, plugin, join(data, id));
        await channel.start?.({ ...gateway.context({ config: {} }), channelId: id });
        await gateway.until(`${id} asks for its credentials`, () => gateway.statuses.at(-1)?.status === 'needs-auth');
        expect(Object.keys(plugin.manifest.detailsZh ?? {})).toContain(gateway.statuses.at(-1)?.detail);
        await channel.stop?.();
      }),
    );
  });

  test('speaks with its platform out of that process, beside all others, in 130 MB', async () => {
    const running = await Promise.all(
      bundled().map(async (plugin) => {
        const { id } = plugin.manifest;
        const gateway = createFakeHost();
        const platform = await platforms[id]!(gateway);
        // A fake that looks at the channel's files finds them where the host has them.
        if (platform.dataDir) await rm(platform.dataDir, { recursive: true }).then(() => symlink(join(data, id), platform.dataDir!));
        const channel = await hostedChannel(host, plugin, join(data, id));
        await channel.start?.({ ...gateway.context(platform), channelId: id });
        await gateway.until(`${id} is online`, () => gateway.statuses.at(-1)?.status === 'online');
        return { id, gateway, platform, channel };
      }),
    );
    for (const { id, gateway, platform, channel } of running) {
      await channel.sendMessage(platform.to, { id: '1', content: 'hello', format: 'plain', idempotencyKey: 'key-1' });
      expect(platform.sent()[0]?.text, id).toBe('hello');
      await platform.say?.({ id: '101', text: 'hello yourself', from: 'person' });
      await gateway.until(`${id} hears somebody`, () => gateway.heard[0]?.content === 'hello yourself');
    }
    // Elsewhere nobody says what a process has to itself.
    if (process.platform === 'linux') {
      expect(hostMb()).toBeGreaterThan(10);
      expect(hostMb()).toBeLessThan(130);
    }
    await Promise.all(running.map(async ({ channel, platform }) => [await channel.stop?.(), await platform.close()]));
  });
});

/** Of the process that bundled plugins share: no other may write where they do. */
const hostMb = (): number =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).includes(`=${data}`))
    .reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1000, 0);

/** A process may end meanwhile. */
const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
