import { expect } from 'vitest';
import { createMemoryPluginStore } from '../channels/install/memory-plugin-store.ts';
import { createMemoryPluginHost } from '../channels/memory-plugin-host.ts';
import { systemClock } from '../clock.ts';
import type { ScriptedChannel } from './scripted-channel.ts';
import { startTestGateway, type TestGatewayOptions } from './test-gateway.ts';
import { type ChatRequest, lastUserText, type Reply, scriptModel } from './upstream.ts';

export type ChannelGatewayOptions = TestGatewayOptions & {
  /** Of `channels.chat`. */
  readonly entry?: Readonly<Record<string, unknown>>;
  /** Which one has to run before the test begins; default `chat`. */
  readonly id?: string;
  /** Default: repeats what it was told. */
  readonly model?: (request: ChatRequest, count: number) => Reply;
};

export const repeats = (request: ChatRequest): Reply => ({ kind: 'text', chunks: [`You said: ${lastUserText(request)}`] });

/** A gateway with one channel, `chat`, that lets everybody in and runs. */
export const startChannelGateway = async (
  channel: ScriptedChannel,
  { entry = {}, model = repeats, id: first = 'chat', ...options }: ChannelGatewayOptions = {},
) => {
  const clock = options.clock ?? systemClock;
  const pluginHost = createMemoryPluginHost({ clock, plugins: { chat: channel.plugin } });
  const plugins = createMemoryPluginStore({ clock, bundled: [channel.stored] });
  const gateway = await startTestGateway({
    upstream: await scriptModel(model),
    ...options,
    config: { channels: { chat: { enabled: true, senders: 'anyone', ...entry } }, ...options.config },
    ports: { pluginHost, plugins, ...options.ports },
  });
  const ask = async (method: string, path: string, json?: unknown) =>
    gateway.call(method, `/api/v1${path}`, { token: gateway.admin, ...(json === undefined ? {} : { json }) });
  const state = async (id = 'chat') => (await ask('GET', '/channels')).json.channels.find((one: { id: string }) => one.id === id);
  await expect.poll(async () => (await state(first)).state).toBe('running');
  return { gateway, pluginHost, plugins, ask, state };
};

export const contents = ({ sent }: ScriptedChannel): string[] => sent.map(({ message }) => message.content);
