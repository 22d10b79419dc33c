import { AppError } from '../../src-shared/app-error.ts';
import type { Config } from '../../src-shared/contract/config.ts';
import type { Channel, RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import { noCounts } from '../storage/channel-rows.ts';
import type { Database } from '../storage/database.ts';
import type { ChannelService } from './channel-service.ts';

/** The ways in that are part of the gateway, and what `config.channels` names. */
export const channelStates = (config: Config, channels: Pick<ChannelService, 'state'>): Channel[] => [
  { id: 'api', name: 'REST and WebSocket', kind: 'built-in', state: 'running', detail: 'for scripts and apps, by token' },
  { id: 'console', name: 'Console', kind: 'built-in', state: 'running', detail: 'the window and the browser page' },
  ...Object.entries(config.channels).map(([id, { enabled, plugin = id }]): Channel => {
    const { detail, ...state } = channels.state(id);
    return { ...{ id, name: id, kind: 'plugin', plugin, enabled, hookPath: `/api/v1/hooks/${id}` }, ...state, detail: detail ?? '' };
  }),
];

type Ids = 'listChannels' | 'startChannel' | 'stopChannel';
export type ChannelRoutes = {
  readonly routes: { readonly [Id in Ids]: (input: RouteInput<Id>) => Promise<RouteAnswer<Id>> };
  readonly list: () => Promise<Channel[]>;
  /** @throws AppError CHANNEL_UNKNOWN */
  readonly one: (id: string) => Promise<{ readonly status: 200; readonly body: { readonly channel: Channel } }>;
};

type RoutePorts = {
  readonly config: () => Config;
  readonly database: Database;
  readonly channels: ChannelService;
};

export const createChannelRoutes = ({ config, database, channels }: RoutePorts): ChannelRoutes => {
  const list = async (): Promise<Channel[]> => {
    const counts = await database.read({ op: 'channel.counts' });
    return channelStates(config(), channels).map((channel) => {
      if (channel.kind === 'built-in') return channel;
      const { open: waiting, ...rest } = counts[channel.id] ?? noCounts;
      return { ...channel, waiting, ...rest };
    });
  };
  const one: ChannelRoutes['one'] = async (id) => {
    const channel = (await list()).find((entry) => entry.id === id);
    if (!channel) throw new AppError('CHANNEL_UNKNOWN');
    return { status: 200, body: { channel } };
  };

  const routes: ChannelRoutes['routes'] = {
    listChannels: async () => ({ status: 200, body: { channels: await list() } }),
    startChannel: async ({ params }) => {
      await channels.restart(params.id);
      return one(params.id);
    },
    stopChannel: async ({ params }) => {
      await channels.halt(params.id);
      return one(params.id);
    },
  };
  return { routes, list, one };
};
