import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { startChannelGateway } from '../testing/channel-gateway.ts';
import { scriptChannel } from '../testing/scripted-channel.ts';
import { createMemoryPluginStore } from './install/memory-plugin-store.ts';
import { createMemoryPluginHost } from './memory-plugin-host.ts';

const manifest = {
  configSchema: { type: 'object', properties: { url: { type: 'string' }, key: { type: 'string' }, other: { type: 'string' } } },
  uiHints: { key: { sensitive: true }, other: { sensitive: true } },
};

test('what a channel is told can be read and changed; of secrets, the names only', async () => {
  const { ask } = await startChannelGateway(scriptChannel({}, manifest), { entry: { options: { url: 'http://a' } } });
  const read = async () => (await ask('GET', '/channels/chat')).json;
  expect(await read()).toMatchObject({ channel: { id: 'chat' }, entry: { enabled: true, options: { url: 'http://a' } }, secrets: [] });

  const quietHours = { from: '22:00', to: '07:00' };
  await ask('PATCH', '/channels/chat', { secrets: { key: 'not to be told' }, quietHours, options: { url: null } });
  expect(await read()).toMatchObject({ entry: { senders: 'anyone', options: {}, quietHours }, secrets: ['key'] });
  expect(JSON.stringify(await read())).not.toContain('not to be told');

  await ask('PATCH', '/channels/chat', { secrets: { key: null }, quietHours: null });
  const { entry, secrets } = await read();
  expect(secrets).toEqual([]);
  expect(entry).not.toHaveProperty('quietHours');
  expect((await ask('GET', '/channels/none')).json).toMatchObject({ error: { code: 'CHANNEL_UNKNOWN' } });
});

test('a secret that was given for one place is not sent to another', async () => {
  const own = { ...manifest, permissions: { net: ['{url}'] } };
  const channel = scriptChannel({}, own);
  const other = scriptChannel({}, own, 'other');
  const { ask } = await startChannelGateway(channel, {
    entry: { options: { url: 'https://a.example' } },
    ports: {
      plugins: createMemoryPluginStore({ clock: systemClock, bundled: [channel.stored, other.stored] }),
      pluginHost: createMemoryPluginHost({ clock: systemClock, plugins: { chat: channel.plugin, other: other.plugin } }),
    },
  });
  const patch = (json: object) => ask('PATCH', '/channels/chat', json);
  const kept = async () => (await ask('GET', '/channels/chat')).json.secrets;
  await patch({ secrets: { key: 'k', other: 'o' } });
  await patch({ options: { url: 'https://a.example/v2' }, rateLimit: 5 });
  expect(await kept()).toEqual(['key', 'other']);
  await patch({ options: { url: 'https://evil.example' } });
  expect(await kept()).toEqual([]);
  await expect.poll(async () => channel.context().config).toEqual({ url: 'https://evil.example' });
  expect(await channel.context().secrets.get('key')).toBeNull();

  await patch({ options: { url: 'https://a.example' }, secrets: { key: 'k' } });
  expect(await kept()).toEqual(['key']);
  await patch({ plugin: 'other' });
  expect(await kept()).toEqual([]);
});

test('a secret that somebody wrote into the file is not told', async () => {
  const { ask } = await startChannelGateway(scriptChannel({}, manifest), {
    id: 'api',
    entry: { options: { url: 'http://a', key: 'not to be told' } },
  });
  const { json } = await ask('GET', '/channels/chat');
  expect(json).toMatchObject({ channel: { state: 'broken' }, entry: { options: { url: 'http://a' } } });
  expect(JSON.stringify(json)).not.toContain('not to be told');
});

test('a secret and the entry that are changed together restart the channel once', async () => {
  const channel = scriptChannel({}, manifest);
  let starts = 0;
  class Counted {
    start = () => void starts++;
    sendMessage = async () => undefined;
  }
  const pluginHost = createMemoryPluginHost({ clock: systemClock, plugins: { chat: Counted } });
  const { ask, state } = await startChannelGateway(channel, { ports: { pluginHost } });
  const restarts = async (json: object): Promise<number> => {
    const before = starts;
    await ask('PATCH', '/channels/chat', json);
    await expect.poll(async () => (await state()).state).toBe('running');
    return starts - before;
  };
  expect(await restarts({ secrets: { key: 'k' }, options: { url: 'http://b' } })).toBe(1);
  expect(await restarts({ secrets: { key: 'l' } })).toBe(1);
  expect(await restarts({ options: { url: 'http://c' } })).toBe(1);
});

test('what is removed takes its secrets along, also where its plugin is broken, and sends nothing more', async () => {
  const channel = scriptChannel({}, manifest);
  const plugins = createMemoryPluginStore({ clock: systemClock });
  plugins.add(channel.stored);
  const { ask, gateway } = await startChannelGateway(channel, { ports: { plugins } });
  const secret = (name: string) => gateway.home.secrets.get(`channel.chat.${name}`);
  await ask('PATCH', '/channels/chat', { secrets: { key: 'k', other: 'o' } });
  channel.script = () => {
    throw Object.assign(new Error('later'), { name: 'ChannelError', code: 'NETWORK', retryable: true });
  };
  await expect.poll(async () => (await ask('GET', '/channels/chat')).json.channel.state).toBe('running');
  await channel.say({ content: 'x' });
  const outbox = async () => (await ask('GET', '/channels/chat/outbox')).json.messages;
  await expect.poll(outbox).toMatchObject([{ state: 'retry' }]);
  plugins.spoil('chat');
  const answer = await ask('DELETE', '/channels/chat');
  expect(answer.json).toEqual({ removed: true, plugin: 'chat' });
  expect([await secret('key'), await secret('other')]).toEqual([null, null]);

  await ask('PATCH', '/channels/chat', { enabled: false });
  await expect.poll(outbox).toMatchObject([{ state: 'dead', error: 'The channel was removed before it was sent.' }]);
});
