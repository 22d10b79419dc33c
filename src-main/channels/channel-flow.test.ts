import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { type ScriptedChannel, scriptChannel } from '../testing/scripted-channel.ts';
import { startTestGateway, type TestGatewayOptions } from '../testing/test-gateway.ts';
import { lastUserText, scriptModel } from '../testing/upstream.ts';
import { createMemoryPluginStore } from './install/memory-plugin-store.ts';
import { createMemoryPluginHost } from './memory-plugin-host.ts';

/** A gateway with one channel, whose model repeats what it was told. */
const start = async (channel: ScriptedChannel, entry: Readonly<Record<string, unknown>> = {}, more: TestGatewayOptions = {}) => {
  const upstream = await scriptModel((request) => ({ kind: 'text', chunks: [`You said: ${lastUserText(request)}`] }));
  const pluginHost = createMemoryPluginHost({ clock: more.clock ?? systemClock, plugins: { chat: channel.plugin } });
  const store = createMemoryPluginStore({ clock: more.clock ?? systemClock, bundled: [channel.stored] });
  const gateway = await startTestGateway({
    upstream,
    config: { channels: { chat: { enabled: true, senders: 'anyone', ...entry } } },
    ...more,
    ports: { pluginHost, plugins: store, ...more.ports },
  });
  const state = async () =>
    (await gateway.call('GET', '/api/v1/channels', { token: gateway.admin })).json.channels.find(({ id }: { id: string }) => id === 'chat');
  await expect.poll(async () => (await state()).state).toBe('running');
  return { gateway, pluginHost, store, state };
};

const contents = ({ sent }: ScriptedChannel) => sent.map(({ message }) => message.content);

test('a message comes in, and its answer goes out', async () => {
  const channel = scriptChannel();
  const { state } = await start(channel);
  await channel.say({ content: 'Hello' });
  await expect.poll(() => contents(channel)).toEqual(['You said: Hello']);
  expect(channel.sent[0]).toMatchObject({ to: 'ann', message: { format: 'plain' } });
  await expect.poll(async () => (await state()).waiting).toBe(0);
});
