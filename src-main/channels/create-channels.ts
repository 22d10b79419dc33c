import type { Channel } from '../../src-shared/contract/rest.ts';
import type { Pin } from '../approvals/pin.ts';
import type { ConfigService } from '../config/config-service.ts';
import type { LiveConfig } from '../config/live-config.ts';
import type { GatewayPorts } from '../gateway-ports.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { type ChannelEditRoutes, createChannelEditRoutes } from './channel-edit-routes.ts';
import { type ChannelRoutes, channelStates, createChannelRoutes } from './channel-routes.ts';
import { createChannelSecrets } from './channel-secrets.ts';
import { type ChannelService, createChannelService, type ServicePorts } from './channel-service.ts';
import { createPluginInstaller } from './install/plugin-installer.ts';
import { createPluginRoutes, type PluginRoutes } from './install/plugin-routes.ts';
import { createOutboxRoutes, type OutboxRoutes } from './outbox-routes.ts';
import { createPeerRoutes, type PeerRoutes } from './peer-routes.ts';
import { createPeers } from './peers.ts';

type Given = 'database' | 'submit' | 'engine' | 'stops' | 'approvals' | 'uploads' | 'endOf' | 'readSchema' | 'pluginTools' | 'cancelOwner';
type Ports = Pick<GatewayPorts, 'clock' | 'randomBytes' | 'log' | 'pluginHost' | 'plugins' | 'channelFolder'> &
  Pick<ServicePorts, Given> & {
    readonly live: LiveConfig;
    readonly configuration: Pick<ConfigService, 'patch'>;
    readonly secrets: SecretStore;
    readonly pin: Pin;
  };

export type Channels = Pick<ChannelService, 'start' | 'close' | 'running' | 'requireOn' | 'onChange'> & {
  readonly list: () => Promise<readonly Channel[]>;
  /** Without what waits in the outbox: nothing is read for it. */
  readonly states: () => readonly Channel[];
  readonly routes: ChannelRoutes['routes'] & ChannelEditRoutes & OutboxRoutes & PeerRoutes & PluginRoutes;
};

/** Channels and the plugins that bring them, with all that they need. No plugin is loaded before `start`. */
export const createChannels = (ports: Ports): Channels => {
  const { database, clock, randomBytes, secrets, pin, live, configuration, plugins: store, pluginHost: host } = ports;
  const config = live.current;
  const peers = createPeers({
    database,
    clock,
    randomBytes,
    onChange: () => service.changed(),
    onLetIn: (channel, asked) => service.welcome(channel, asked),
  });
  const installer = createPluginInstaller({ store, host, clock, randomBytes });
  const service = createChannelService({
    ...ports,
    ...{ log: ports.log.logger, host, store, peers, config, onConfig: live.onChange },
  });
  const channelSecrets = createChannelSecrets({ database, secrets });
  const { routes, list, one } = createChannelRoutes({ config, database, channels: service });

  return {
    start: service.start,
    running: service.running,
    requireOn: service.requireOn,
    onChange: service.onChange,
    list,
    states: () => channelStates(config(), service),
    routes: {
      ...routes,
      ...createChannelEditRoutes({ channels: service, configuration, secrets: channelSecrets, store, config, clock, randomBytes, one }),
      ...createOutboxRoutes({ database, config, clock, channels: service }),
      ...createPeerRoutes({ peers, config, pin }),
      ...createPluginRoutes({
        ...{ store, installer, config, secrets: channelSecrets, pin },
        removeEntry: async (channel) => void (await configuration.patch({ channels: { [channel]: null } }, async () => {})),
      }),
    },
    close: async () => {
      await service.close();
      await installer.close();
    },
  };
};
