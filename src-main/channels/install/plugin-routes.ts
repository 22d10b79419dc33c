import { AppError } from '../../../src-shared/app-error.ts';
import type { Config } from '../../../src-shared/contract/config.ts';
import type { Plugin, RouteAnswer, RouteInput } from '../../../src-shared/contract/rest.ts';
import type { Pin } from '../../approvals/pin.ts';
import type { ChannelSecrets } from '../channel-secrets.ts';
import { sensitiveNames } from '../check-options.ts';
import type { PluginStore, StoredPlugin } from '../plugin-store.ts';
import { iconType } from './icon-type.ts';
import type { PluginInstaller } from './plugin-installer.ts';

type Picture = { readonly raw: { readonly type: string; readonly body: Buffer; readonly filename: string } };
type Ids = 'listPlugins' | 'reviewPlugin' | 'confirmPlugin' | 'rollbackChannel' | 'removeChannel';
type Info = { readonly pin: string | null };
export type PluginRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>, info: Info) => Promise<RouteAnswer<Id>> } & {
  readonly getPluginIcon: (input: RouteInput<'getPluginIcon'>) => Promise<Picture>;
};

type Ports = {
  readonly store: PluginStore;
  readonly installer: PluginInstaller;
  readonly config: () => Config;
  /** Takes an entry out of config.json. */
  readonly removeEntry: (channel: string) => Promise<void>;
  readonly secrets: Pick<ChannelSecrets, 'removeAll'>;
  readonly pin: Pick<Pin, 'require'>;
};

export const createPluginRoutes = ({ store, installer, config, removeEntry, secrets, pin }: Ports): PluginRoutes => {
  const one = async (id: string): Promise<{ readonly status: 200; readonly body: { readonly plugin: Plugin } }> => {
    const plugin = (await store.list()).find((stored) => stored.id === id);
    if (!plugin) throw new AppError('PLUGIN_UNKNOWN');
    return { status: 200, body: { plugin: viewOf(plugin) } };
  };
  const pluginOf = (channel: string): string => entryOf(config(), channel)?.plugin ?? channel;

  return {
    listPlugins: async () => ({ status: 200, body: { plugins: (await store.list()).map(viewOf) } }),
    getPluginIcon: async ({ params: { id } }) => {
      const body = await store.icon(id);
      // Known by its bytes, also where it came before icons were looked at.
      const type = body && iconType(body);
      if (!type) throw new AppError('PLUGIN_UNKNOWN', { message: `No plugin "${id}" with an icon of its own is installed.` });
      return { raw: { type, body, filename: `${id}.${type === 'image/png' ? 'png' : 'svg'}` } };
    },
    reviewPlugin: async ({ body }) => ({ status: 202, body: { review: await installer.review(body) } }),
    confirmPlugin: async ({ params, body }, info) => {
      await pin.require(info.pin, 'installing a plugin');
      return one(await installer.confirm(params.id, body.sha256));
    },
    rollbackChannel: async ({ params }) => {
      const id = pluginOf(params.id);
      await store.rollback(id);
      return one(id);
    },
    removeChannel: async ({ params }) => {
      const { channels } = config();
      const entry = entryOf(config(), params.id);
      const id = pluginOf(params.id);
      const plugin = (await store.list()).find((stored) => stored.id === id);
      const installed = plugin !== undefined && !plugin.bundled;
      if (!entry && !installed) throw new AppError(plugin ? 'BAD_REQUEST' : 'CHANNEL_UNKNOWN', plugin ? { message: bundledWords(id) } : {});
      // Whoever is interrupted does it again: the entry goes before the files, and its secrets before it.
      await secrets.removeAll(params.id, plugin?.manifest ? sensitiveNames(plugin.manifest) : []);
      if (entry) await removeEntry(params.id);
      const needed = Object.entries(channels).some(([channel, { plugin: other = channel }]) => channel !== params.id && other === id);
      if (!installed || needed) return { status: 200, body: { removed: true, plugin: null } };
      await store.remove(id);
      return { status: 200, body: { removed: true, plugin: id } };
    },
  };
};

const entryOf = ({ channels }: Config, channel: string) => (Object.hasOwn(channels, channel) ? channels[channel] : undefined);

const bundledWords = (id: string): string => `"${id}" comes with OpenClaw and is not set up: there is nothing to remove.`;

const viewOf = ({ manifest, ...plugin }: StoredPlugin): Plugin => ({
  ...plugin,
  description: manifest?.description ?? null,
  nameZh: manifest?.nameZh ?? null,
  descriptionZh: manifest?.descriptionZh ?? null,
  detailsZh: manifest?.detailsZh ?? {},
  homepage: manifest?.homepage ?? null,
  icon: manifest?.icon !== undefined,
  permissions: manifest?.permissions ?? null,
  configSchema: manifest?.configSchema ?? null,
  uiHints: manifest?.uiHints ?? {},
});
