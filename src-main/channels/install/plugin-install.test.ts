import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { archiveOf } from '../../testing/plugin-archive.ts';
import { startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';
import { createMemoryPluginHost } from '../memory-plugin-host.ts';
import { createMemoryPluginStore } from './memory-plugin-store.ts';
import { readPlugin } from './read-plugin.ts';

class Channel {
  async sendMessage(): Promise<void> {}
  readonly capabilities = { markdown: true };
}
const tool = { name: 'add', description: 'Adds.', parameters: { type: 'object' }, readOnly: true, execute: async () => 3 };

const clock = createManualClock();
let t: TestGateway;
let store: ReturnType<typeof createMemoryPluginStore>;
beforeEach(async () => {
  const { manifest } = await readPlugin(archiveOf({ id: 'ours' }));
  store = createMemoryPluginStore({ clock, bundled: [{ manifest, folder: '/ours', bundled: true }] });
  const plugins = { mine: Channel, calculator: { tools: [tool] }, 'no-plugin': {} };
  t = await startTestGateway({
    clock,
    config: { channels: { mine: { enabled: false }, second: { plugin: 'mine' }, web: { plugin: 'ours' } } },
    // Its processes count seconds; what the installer waits for is counted by the test.
    ports: { plugins: store, pluginHost: createMemoryPluginHost({ clock: systemClock, plugins }) },
  });
});

const send = (body: Buffer, type = 'application/zip') =>
  t.call('POST', '/api/v1/channels/install', { token: t.admin, body, headers: { 'Content-Type': type } });
const review = async (...wanted: Parameters<typeof archiveOf>) => (await send(archiveOf(...wanted))).json.review;
const confirm = (id: string, sha256: string) =>
  t.call('POST', `/api/v1/channels/install/${id}/confirm`, { token: t.admin, json: { sha256 } });
const install = async (...wanted: Parameters<typeof archiveOf>) => {
  const { id, sha256 } = await review(...wanted);
  return confirm(id, sha256);
};
const plugins = async () => (await t.call('GET', '/api/v1/plugins', { token: t.admin })).json.plugins;

describe('a review', () => {
  it('says what it is, what it asks for and what holds it in, and installs nothing', async () => {
    const archive = archiveOf({
      ...{ id: 'mine', name: 'My own', version: '1.2.3', description: 'Speaks.' },
      permissions: { net: ['api.example.com', '{url}'], listen: true, fs: ['/srv/files'], env: ['MY_KEY'] },
    });
    const { status, json } = await send(archive);
    expect(status).toBe(202);
    expect(json.review).toMatchObject({
      sha256: createHash('sha256').update(archive).digest('hex'),
      plugin: { id: 'mine', name: 'My own', version: '1.2.3', kind: 'channel', description: 'Speaks.', homepage: null },
      asks: [
        'It speaks to api.example.com',
        'It speaks to the host of the address that you fill in as "url"',
        'It opens a port of its own.',
        'It reads the folder /srv/files',
        'It sees the environment variable MY_KEY',
      ],
      capabilities: { markdown: true },
      tools: [],
      replaces: null,
      isolation: { process: false, words: expect.arrayContaining(['This is no full sandbox: install plugins of people you trust.']) },
    });
    expect((await plugins()).map(({ id }: { id: string }) => id)).toEqual(['ours']);
  });

  it('says what is new since the version that is installed', async () => {
    await install({ id: 'mine', version: '1.0.0', permissions: { net: ['a.example', 'b.example'] } });
    const { replaces } = await review({ id: 'mine', version: '1.1.0', permissions: { net: ['b.example', '*'] } });
    expect(replaces).toMatchObject({
      version: '1.0.0',
      added: ['It speaks to any host of any network.'],
      removed: ['It speaks to a.example'],
    });
  });

  it('names the tools of one that brings tools', async () => {
    const { tools, plugin } = await review({ id: 'calculator', kind: 'tools' });
    expect([plugin.kind, tools]).toEqual(['tools', [{ name: 'calculator.add', description: 'Adds.', readOnly: true }]]);
  });

  it('refuses what does not start, what is ours and what is no archive', async () => {
    const reason = async (archive: Buffer) => (await send(archive)).json.error.details.reason;
    expect(await reason(archiveOf({ id: 'no-plugin' }))).toBe('does-not-start');
    expect(await reason(archiveOf({ id: 'ours' }))).toBe('bundled');
    expect(await reason(Buffer.from('no zip'))).toBe('not-a-zip');
    expect((await send(archiveOf({ id: 'mine' }), 'text/plain')).json.error.code).toBe('MEDIA_TYPE');
  });

  it('refuses two gigabytes before the first of them is sent', async () => {
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request(`${t.base}/api/v1/channels/install`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${t.admin}`, 'Content-Type': 'application/zip', 'Content-Length': 2 * 1024 ** 3 },
      });
      outgoing.once('response', (response) => {
        resolve(response.statusCode);
        outgoing.destroy();
      });
      outgoing.once('error', reject);
      outgoing.flushHeaders();
    });
    expect(answer).toBe(413);
  });
});

describe('a confirmation', () => {
  it('installs what was reviewed, once, and tells who listens', async () => {
    const told: string[] = [];
    store.onChange((id) => told.push(id));
    const { id, sha256 } = await review({ id: 'mine', version: '1.0.0' });
    const { status, json } = await confirm(id, sha256);
    expect([status, json.plugin.id, json.plugin.version, json.plugin.sha256]).toEqual([200, 'mine', '1.0.0', sha256]);
    expect((await confirm(id, sha256)).json.error.code).toBe('INSTALL_UNKNOWN');
    expect(told).toEqual(['mine']);
  });

  it('of another archive installs nothing', async () => {
    const { id, sha256 } = await review({ id: 'mine' });
    expect((await confirm(id, 'f'.repeat(64))).json.error.code).toBe('INSTALL_CHANGED');
    expect((await confirm(id, sha256)).status).toBe(200);
  });

  it('comes too late after a quarter of an hour', async () => {
    const { id, sha256, expiresAt } = await review({ id: 'mine' });
    expect(expiresAt - clock.now()).toBe(15 * 60_000);
    clock.advance(15 * 60_000);
    expect((await confirm(id, sha256)).json.error).toMatchObject({ code: 'INSTALL_UNKNOWN', hint: 'Send the archive again.' });
  });

  it('is of no use once another version was installed', async () => {
    const first = await review({ id: 'mine', version: '1.0.0' });
    await install({ id: 'mine', version: '2.0.0' });
    expect((await confirm(first.id, first.sha256)).json.error.code).toBe('INSTALL_CHANGED');
    expect((await plugins())[0].version).toBe('2.0.0');
  });

  it('of the oldest is gone where too many wait', async () => {
    const [oldest] = [await review({ id: 'mine', version: '1.0.0' }), ...(await reviews(4))];
    expect((await confirm(oldest.id, oldest.sha256)).json.error.code).toBe('INSTALL_UNKNOWN');
  });
  const reviews = async (count: number) => {
    const all = [];
    for (let n = 0; n < count; n += 1) all.push(await review({ id: 'mine', version: `2.0.${n}` }));
    return all;
  };

  it('needs the PIN, where one is set', async () => {
    await t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin: '2468' } });
    const { id, sha256 } = await review({ id: 'mine' });
    expect((await confirm(id, sha256)).json.error.code).toBe('PIN_REQUIRED');
    const headers = { 'X-OpenClaw-Pin': '2468' };
    const path = `/api/v1/channels/install/${id}/confirm`;
    expect((await t.call('POST', path, { token: t.admin, json: { sha256 }, headers })).status).toBe(200);
  });
});

describe('what is installed', () => {
  it('is listed with what its form asks for', async () => {
    const configSchema = { type: 'object', properties: { token: { type: 'string' } } };
    await install({ id: 'mine', configSchema, uiHints: { token: { label: 'Token', sensitive: true } } });
    expect((await plugins())[0]).toMatchObject({
      ...{ id: 'mine', kind: 'channel', bundled: false, error: null, configSchema, permissions: { net: [] } },
      uiHints: { token: { label: 'Token', sensitive: true } },
    });
    store.spoil('mine');
    expect((await plugins())[0]).toMatchObject({ id: 'mine', configSchema: null, error: expect.stringMatching(/changed/) });
  });

  it('goes back to the version before, by the name of any channel of it', async () => {
    const rollback = (id: string) => t.call('POST', `/api/v1/channels/${id}/rollback`, { token: t.admin });
    expect((await rollback('mine')).json.error.code).toBe('PLUGIN_UNKNOWN');
    for (const version of ['1.0.0', '2.0.0']) await install({ id: 'mine', version });
    expect((await rollback('second')).json.plugin).toMatchObject({ id: 'mine', version: '1.0.0', previousVersion: '2.0.0' });
    expect((await rollback('web')).json.error).toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(/comes with OpenClaw/),
    });
  });

  it('goes with the last channel that needs it, and that channel’s secrets', async () => {
    const remove = (id: string) => t.call('DELETE', `/api/v1/channels/${id}`, { token: t.admin });
    await install({ id: 'mine', uiHints: { token: { sensitive: true } } });
    for (const channel of ['mine', 'second']) await t.home.secrets.set(`channel.${channel}.token`, 's3cret');
    expect((await remove('mine')).json).toEqual({ removed: true, plugin: null });
    expect(await t.home.secrets.get('channel.mine.token')).toBeNull();
    expect(await t.home.secrets.get('channel.second.token')).toBe('s3cret');
    expect(await t.configFile.read()).not.toMatch(/"mine": \{/);
    expect((await remove('second')).json).toEqual({ removed: true, plugin: 'mine' });
    expect(await store.find('mine')).toBeNull();
    expect((await remove('second')).json.error.code).toBe('CHANNEL_UNKNOWN');
    expect((await remove('web')).json).toEqual({ removed: true, plugin: null });
    expect((await remove('ours')).json.error.code).toBe('BAD_REQUEST');
    expect(await store.find('ours')).not.toBeNull();
  });

  it('without a channel is removed by its own name', async () => {
    await install({ id: 'calculator', kind: 'tools' });
    expect((await t.call('DELETE', '/api/v1/channels/calculator', { token: t.admin })).json.plugin).toBe('calculator');
  });
});

it('a plugin shows its own picture, which no page of this origin can become', async () => {
  const picture = { path: 'logo', content: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>') };
  await install({ id: 'mine', icon: 'logo' }, undefined, [picture]);
  expect(await plugins()).toMatchObject([
    { id: 'mine', icon: true },
    { id: 'ours', icon: false },
  ]);
  const { status, text, headers } = await t.call('GET', '/api/v1/plugins/mine/icon', { token: t.admin });
  expect([status, text]).toEqual([200, picture.content.toString()]);
  expect(headers).toMatchObject({
    'content-type': expect.stringMatching(/^image\/svg\+xml/),
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'x-content-type-options': 'nosniff',
    'content-disposition': expect.stringContaining('attachment'),
  });
  expect((await t.call('GET', '/api/v1/plugins/ours/icon', { token: t.admin })).json.error.code).toBe('PLUGIN_UNKNOWN');
});
