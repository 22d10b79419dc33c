import * as z from 'zod';
import type { Database } from '../storage/database.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { channelSecretName } from './channel-unit.ts';

/** The secrets of channels. Their names stand beside the keychain too: a plugin that is broken or gone cannot say them any more. */
export type ChannelSecrets = {
  readonly has: (channel: string, name: string) => Promise<boolean>;
  /** Null removes one. */
  readonly put: (channel: string, values: Readonly<Record<string, string | null>>) => Promise<void>;
  /** Every one that was ever put, and these. */
  readonly removeAll: (channel: string, names: readonly string[]) => Promise<void>;
};

type Ports = { readonly database: Database; readonly secrets: Pick<SecretStore, 'get' | 'set' | 'delete'> };

export const createChannelSecrets = ({ database, secrets }: Ports): ChannelSecrets => {
  const known = async (channel: string): Promise<readonly string[]> => {
    const text = await database.read({ op: 'meta.get', key: namesKey(channel) });
    return text === null ? [] : z.array(z.string()).parse(JSON.parse(text));
  };
  return {
    has: async (channel, name) => (await secrets.get(channelSecretName(channel, name))) !== null,
    put: async (channel, values) => {
      const before = await known(channel);
      const names = [...new Set([...before, ...Object.keys(values).filter((name) => values[name] !== null)])];
      // Before the keychain has it: a name too many does no harm.
      if (names.length > before.length) await database.write([{ op: 'meta.set', key: namesKey(channel), value: JSON.stringify(names) }]);
      for (const [name, value] of Object.entries(values)) {
        if (value === null) await secrets.delete(channelSecretName(channel, name));
        else await secrets.set(channelSecretName(channel, name), value);
      }
    },
    removeAll: async (channel, names) => {
      for (const name of new Set([...names, ...(await known(channel))])) await secrets.delete(channelSecretName(channel, name));
      await database.write([{ op: 'meta.set', key: namesKey(channel), value: null }]);
    },
  };
};

const namesKey = (channel: string): string => `channel.${channel}.secrets`;
