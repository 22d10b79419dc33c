import { type ChannelContext, ChannelError, type ChannelPlugin } from '@openclaw/plugin-sdk';
import type { PluginFailure } from '../channels/plugin-failure.ts';
import type { InstalledPlugin, KeptPlugin, PluginHost, PluginState } from '../channels/plugin-host.ts';

const statuses = {
  starting: 'connecting',
  running: 'online',
  degraded: 'degraded',
  'needs-auth': 'needs-auth',
  stopping: 'offline',
  stopped: 'offline',
  'back-off': 'offline',
  failed: 'offline',
} as const satisfies Record<PluginState, string>;

/**
 * A plugin in its host, as a channel: put before the SDK's `testChannel`, it shows that a plugin in a process of its own,
 * and the gateway behind it, are what the suite takes them for.
 */
export const hostedChannel = async (host: PluginHost, plugin: InstalledPlugin, dataFolder: string): Promise<ChannelPlugin> => {
  const { capabilities } = await host.tryOut(plugin);
  let kept: KeptPlugin | null = null;
  const running = (): KeptPlugin => {
    if (!kept) throw new ChannelError('INTERNAL', 'not started');
    return kept;
  };
  return {
    capabilities,
    start: async (ctx) => {
      const started = keep(host, plugin, dataFolder, ctx);
      kept = started;
      ctx.onRequest(started.request);
      await new Promise<void>((resolve) => {
        const look = (): void => {
          const { state, detail } = started.health();
          ctx.setStatus(statuses[state], detail ?? undefined);
          if (state !== 'starting') resolve();
        };
        started.onHealth(look);
        look();
      });
    },
    stop: async () => kept?.stop(),
    sendMessage: (to, message) => running().send(to, message).catch(rethrow),
    health: () => running().check().catch(rethrow),
  };
};

const keep = (host: PluginHost, plugin: InstalledPlugin, dataFolder: string, ctx: ChannelContext): KeptPlugin =>
  host.keep({
    ...{ id: ctx.channelId, plugin, options: ctx.config, dataFolder },
    ...{ secret: ctx.secrets.get, state: ctx.state, blobs: ctx.blobs, heard: ctx.onMessage, pressed: ctx.onAction },
    log: (level, text, details) => ctx.log[level](text, details),
  });

const rethrow = (error: unknown): never => {
  const { code, message, retryable, retryAfterMs } = error as PluginFailure;
  throw new ChannelError(code, message, { retryable, ...(retryAfterMs === null ? {} : { retryAfterMs }) });
};
