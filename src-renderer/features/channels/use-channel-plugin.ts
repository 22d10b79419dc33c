import { useStore } from 'zustand';
import type { Plugin } from '../../../src-shared/contract/rest.ts';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';

type ChannelPlugin = {
  /** Null where it is not there. */
  readonly plugin: Plugin | null;
  /** As people know it: its plugin's name, with its own id where one plugin serves two. */
  readonly name: string;
};

export const useChannelPlugin = ({ id, plugin: behind = id }: Channel): ChannelPlugin => {
  const { channels } = useConsole();
  const plugin = useStore(channels, (state) => state.plugins?.find((one) => one.id === behind) ?? null);
  if (plugin === null) return { plugin, name: id };
  return { plugin, name: behind === id ? plugin.name : `${plugin.name} (${id})` };
};
