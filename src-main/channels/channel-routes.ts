import type { Config } from '../../src-shared/contract/config.ts';
import type { RouteAnswer } from '../../src-shared/contract/rest.ts';

type Channel = RouteAnswer<'listChannels'>['body']['channels'][number];

/** The ways in that are part of the gateway, and what `config.channels` names. */
export const channelStates = (config: Config): Channel[] => [
  { id: 'api', name: 'REST and WebSocket', kind: 'built-in', state: 'running', detail: 'for scripts and apps, by token' },
  { id: 'console', name: 'Console', kind: 'built-in', state: 'running', detail: 'the window and the browser page' },
  ...Object.entries(config.channels).map(
    ([id, { enabled }]): Channel => ({
      id,
      name: id,
      kind: 'plugin',
      state: 'not-installed',
      detail: enabled
        ? 'config.json enables it, but no plugin of that name is installed'
        : 'config.json names it, but no plugin of that name is installed',
    }),
  ),
];

export const createChannelRoutes = ({
  config,
}: {
  readonly config: () => Config;
}): { readonly listChannels: () => Promise<RouteAnswer<'listChannels'>> } => ({
  listChannels: async () => ({ status: 200, body: { channels: channelStates(config()) } }),
});
