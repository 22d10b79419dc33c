import { useStore } from 'zustand';
import type { Plugin } from '../../../src-shared/contract/rest.ts';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { usePluginWords } from './plugin-words.ts';

type ChannelPlugin = {
  /** Null where it is not there. */
  readonly plugin: Plugin | null;
  /** As people know it: its plugin's name, with its own id where one plugin serves two. */
  readonly name: string;
  /** What the plugin or the gateway says of it. */
  readonly detail: string;
};

export const useChannelPlugin = (channel: Channel): ChannelPlugin => {
  const { id, plugin: behind = id } = channel;
  const { channels } = useConsole();
  const plugin = useStore(channels, (state) => state.plugins?.find((one) => one.id === behind) ?? null);
  const words = usePluginWords();
  if (plugin === null) return { plugin, name: id, detail: channel.detail };
  const { name, detail } = words(plugin);
  return { plugin, name: behind === id ? name : `${name} (${id})`, detail: detail(channel.detail) };
};
