import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../src-shared/app-error.ts';
import type { ChannelConfig } from '../../src-shared/contract/channel-config.ts';
import type { Config } from '../../src-shared/contract/config.ts';
import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { ChannelSecrets } from './channel-secrets.ts';
import type { ChannelService } from './channel-service.ts';
import { addressesOf, sensitiveNames } from './check-options.ts';
import { PluginFailure } from './plugin-failure.ts';
import type { PluginStore } from './plugin-store.ts';
import { requireChannel } from './require-channel.ts';

const testText = 'OpenClaw: this channel works.';

type Ids = 'getChannel' | 'patchChannel' | 'testChannel';
export type ChannelEditRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>) => Promise<RouteAnswer<Id>> };

type EditPorts = {
  readonly config: () => Config;
  readonly channels: ChannelService;
  readonly store: Pick<PluginStore, 'find' | 'list'>;
  readonly secrets: ChannelSecrets;
  readonly configuration: {
    readonly patch: (patch: Readonly<Record<string, unknown>>, approve: (what: string) => Promise<void>) => Promise<unknown>;
  };
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** @throws AppError CHANNEL_UNKNOWN */
  readonly one: (id: string) => Promise<RouteAnswer<'patchChannel'>>;
};

/** What people set of a channel, and whether it works. */
export const createChannelEditRoutes = (ports: EditPorts): ChannelEditRoutes => {
  const { config, channels, store, secrets, clock } = ports;

  /** @throws AppError BAD_REQUEST where a secret would stand in the file, or where there is no such secret */
  const checkSecrets = async (pluginId: string, options: object, given: object): Promise<void> => {
    // A broken one can be set up as well.
    const plugin = await store.find(pluginId).catch(() => null);
    if (plugin === null) return;
    const names = sensitiveNames(plugin.manifest);
    const misplaced = names.find((name) => Object.hasOwn(options, name));
    if (misplaced !== undefined)
      throw new AppError('BAD_REQUEST', { message: `"${misplaced}" is secret, and goes to the keychain: send it in \`secrets\`.` });
    const unknown = Object.keys(given).find((name) => !names.includes(name));
    if (unknown !== undefined) throw new AppError('BAD_REQUEST', { message: `The plugin "${pluginId}" has no secret "${unknown}".` });
  };

  const secretsOf = async (pluginId: string): Promise<readonly string[]> => {
    const manifest = (await store.list()).find((plugin) => plugin.id === pluginId)?.manifest;
    return manifest ? sensitiveNames(manifest) : [];
  };

  /** What was given for one plugin and one place is nothing for another: whoever sets those could else have it sent anywhere. */
  const secretsLeft = async (
    before: ChannelConfig | undefined,
    pluginId: string,
    options: Readonly<Record<string, unknown>>,
    isSame: boolean,
  ): Promise<readonly string[]> => {
    const plugin = await store.find(pluginId).catch(() => null);
    if (plugin === null) return [];
    const { manifest } = plugin;
    const merged = Object.fromEntries(Object.entries({ ...before?.options, ...options }).filter(([, value]) => value !== null));
    const stays = isSame && isDeepStrictEqual(addressesOf(manifest, before?.options ?? {}), addressesOf(manifest, merged));
    return stays ? [] : sensitiveNames(manifest);
  };

  return {
    getChannel: async ({ params: { id } }) => {
      requireChannel(config(), id);
      const entry = config().channels[id] ?? { enabled: false };
      const { body } = await ports.one(id);
      const names = await secretsOf(entry.plugin ?? id);
      const kept: string[] = [];
      for (const name of names) if (await secrets.has(id, name)) kept.push(name);
      // The values themselves are told to nobody, also where one was written into the file.
      const told = Object.entries(entry.options ?? {}).filter(([name]) => !names.includes(name));
      const options = entry.options ? { options: Object.fromEntries(told) } : {};
      return { status: 200, body: { ...body, entry: { ...entry, ...options }, secrets: kept } };
    },
    patchChannel: async ({ params: { id }, body: { secrets: given = {}, ...fields } }) => {
      const before = Object.hasOwn(config().channels, id) ? config().channels[id] : undefined;
      const kept = before?.plugin ?? id;
      const plugin = fields.plugin ?? kept;
      await checkSecrets(plugin, fields.options ?? {}, given);
      const left = await secretsLeft(before, plugin, fields.options ?? {}, before !== undefined && plugin === kept);
      const secretsNow = { ...Object.fromEntries(left.map((name) => [name, null])), ...given };
      await secrets.put(id, secretsNow);
      // Nothing of it is what the PIN guards.
      const patch = async (): Promise<void> =>
        void (await ports.configuration.patch({ channels: { [id]: fields } }, async () => undefined));
      await (Object.keys(secretsNow).length > 0 ? channels.withOtherSecrets(id, patch) : patch());
      return ports.one(id);
    },
    testChannel: async ({ params, body: { to, threadId, content = testText } }) => {
      const { plugin } = channels.running(params.id);
      const id = `out_${ports.randomBytes(16).toString('base64url')}`;
      const message = { id, content, format: 'plain', idempotencyKey: id, ...(threadId === undefined ? {} : { threadId }) } as const;
      const begun = clock.monotonic();
      const durationMs = (): number => Math.round(clock.monotonic() - begun);
      try {
        const receipt = await plugin.send(to, message);
        return { status: 200, body: { ok: true, receiptId: receipt.id ?? null, durationMs: durationMs() } };
      } catch (thrown) {
        if (!(thrown instanceof PluginFailure)) throw thrown;
        const error = { code: thrown.code, message: thrown.message };
        return { status: 200, body: { ok: false, receiptId: null, durationMs: durationMs(), error } };
      }
    },
  };
};
