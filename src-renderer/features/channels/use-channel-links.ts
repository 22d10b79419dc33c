import { useConsole } from '../../console-context.ts';
import type { ChannelSection } from './channels-store.ts';

/** Ways out of a channel's page, and between its parts. */
export const useChannelLinks = (id: string): { readonly toLogs: () => void; readonly to: (section: ChannelSection) => void } => {
  const { channels, logs, navigation } = useConsole();
  return {
    toLogs: () => {
      logs.filter({ source: `channel:${id}`, token: null, trace: null, query: '', level: 'debug' });
      navigation.go('logs');
    },
    to: (section) => channels.show(id, section),
  };
};
