import type { Logger } from 'pino';
import type { ChannelContext, InboundAction, InboundMessage } from '../../packages/plugin-sdk/src/index.ts';
import { uploadIdSchema } from '../../src-shared/models/ids.ts';
import type { Database } from '../storage/database.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import type { UploadStore } from '../uploads/upload-store.ts';
import { channelPrincipal } from './channel-principal.ts';
import type { InstalledPlugin, PluginUnit } from './plugin-host.ts';

const stateMost = 1024 * 1024;
const fileMost = 25 * 1024 * 1024;

export const channelSecretName = (channel: string, name: string): string => `channel.${channel}.${name}`;

type UnitPorts = {
  readonly channel: string;
  readonly plugin: InstalledPlugin;
  readonly options: Readonly<Record<string, unknown>>;
  readonly dataFolder: string;
  readonly database: Database;
  readonly secrets: Pick<SecretStore, 'get'>;
  readonly uploads: Pick<UploadStore, 'save' | 'find' | 'read'>;
  readonly log: Logger;
  readonly heard: (message: InboundMessage) => Promise<void>;
  readonly pressed: (action: InboundAction) => Promise<{ readonly text: string }>;
};

/** What a channel's plugin gets from the gateway: its own secrets, its own state, its own files. */
export const channelUnit = (ports: UnitPorts): PluginUnit => {
  const { channel, plugin, options, dataFolder, database, secrets, uploads, log } = ports;
  const { uiHints } = plugin.manifest;
  const owner = channelPrincipal(channel).id;

  const blobs: ChannelContext['blobs'] = {
    read: async (blob) => {
      const file = uploadIdSchema.safeParse(blob).success ? await uploads.find(blob) : null;
      if (file?.ownerId !== owner) throw refusal('PEER', 'There is no such file.');
      return uploads.read(blob).catch(() => {
        throw refusal('PEER', 'The file is gone.');
      });
    },
    write: async ({ name, type, data }) => {
      if (data.length === 0) throw refusal('UNSUPPORTED', 'The file is empty.');
      if (data.length > fileMost) throw refusal('UNSUPPORTED', 'A file may be 25 MiB at most.');
      const { id, ...file } = await uploads.save({ ownerId: owner, name: baseName(name), type, chunks: once(data) });
      return { blob: id, name: file.name, type: file.type, size: file.size };
    },
  };

  return {
    ...{ id: channel, plugin, options, dataFolder, blobs, pressed: ports.pressed },
    // Only what the manifest names: a plugin does not get at other entries of the keychain by a clever name.
    secret: async (name) =>
      Object.hasOwn(uiHints, name) && uiHints[name]?.sensitive === true ? secrets.get(channelSecretName(channel, name)) : null,
    state: {
      get: async (key) => {
        const value = await database.read({ op: 'pluginState.get', channel, key });
        return value === null ? undefined : (JSON.parse(value) as unknown);
      },
      set: async (key, value) => {
        const text = JSON.stringify(value ?? null);
        const [done] = await database.write([{ op: 'pluginState.set', channel, key, value: text, most: stateMost }]);
        if (done === 0) throw refusal('UNSUPPORTED', 'The state of a channel may be 1 MiB at most.');
      },
      delete: async (key) => void (await database.write([{ op: 'pluginState.set', channel, key, value: null, most: stateMost }])),
    },
    heard: async ({ raw, ...message }) => {
      if (raw !== undefined) log.debug({ message: message.id, raw }, 'heard');
      return ports.heard(message);
    },
    log: (level, text, details) => log[level]({ details }, text),
  };
};

/** Files that a message names and its channel never handed over are none. */
export const createOwnFiles =
  (uploads: Pick<UploadStore, 'find'>, channel: string, log: Logger) =>
  async (message: InboundMessage): Promise<InboundMessage> => {
    const { attachments, ...rest } = message;
    if (!attachments?.length) return message;
    const owner = channelPrincipal(channel).id;
    const found = await Promise.all(
      attachments.map(async ({ blob }) => (uploadIdSchema.safeParse(blob).success ? uploads.find(blob) : null)),
    );
    const own = attachments.filter((_, at) => found[at]?.ownerId === owner);
    if (own.length < attachments.length) log.warn({ message: message.id }, 'it names files that were not handed over by ctx.blobs.write');
    return { ...rest, ...(own.length > 0 ? { attachments: own } : {}) };
  };

/** Else strangers would fill the disk with what nobody looks at. */
export const createDiscardFiles =
  (uploads: Pick<UploadStore, 'discard'>, log: Logger) =>
  async ({ id, attachments = [] }: InboundMessage): Promise<void> => {
    for (const { blob } of attachments)
      await uploads.discard(blob).catch((err: unknown) => log.warn({ err, message: id }, 'a file that nobody needs could not be removed'));
  };

async function* once(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
}

const baseName = (name: string): string => name.split(/[\\/]/).at(-1)?.slice(0, 255) || 'file';

const refusal = (code: 'PEER' | 'UNSUPPORTED', message: string): Error =>
  Object.assign(new Error(message), { name: 'ChannelError', code, retryable: false });
