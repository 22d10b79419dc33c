import { randomBytes } from 'node:crypto';
import { configSchema } from '../../src-shared/contract/config.ts';
import { createPin } from '../approvals/pin.ts';
import { systemClock } from '../clock.ts';
import { createConfigEditor } from '../config/config-editor.ts';
import { createConfigFile } from '../config/config-file.ts';
import { loadConfig } from '../config/load-config.ts';
import type { MergePatch } from '../config/merge-patch.ts';
import { locateHome, prepareHome } from '../home.ts';
import { type AdminClient, connectAdmin } from './admin-client.ts';
import { withStore } from './open-store.ts';
import type { CliPorts } from './run-cli.ts';

/** The configuration, behind the gateway's admin socket or, with no gateway up, straight in the file. */
export type ConfigDoor = {
  readonly config: () => Promise<unknown>;
  readonly text: () => Promise<string>;
  /** @returns what to tell people about when it takes effect @throws AppError CONFIG_INVALID, PIN_*, HOME_UNUSABLE, STORAGE_FULL */
  readonly patch: (patch: MergePatch, pin: string | null) => Promise<string>;
};

export const openConfigDoor = async (ports: CliPorts): Promise<ConfigDoor> => {
  const admin = await connectAdmin(ports.env);
  return admin ? throughGateway(admin) : straightOnFile(ports);
};

const throughGateway = (admin: AdminClient): ConfigDoor => ({
  config: async () => (await admin.call('getConfig', {})).body.config,
  text: async () => (await admin.call('getConfig', {})).body.text,
  patch: async (patch, pin) => {
    const { restartFor } = (await admin.call('patchConfig', { body: patch }, pin)).body;
    return restartFor.length > 0 ? `Changed. Waiting for a restart of the gateway: ${restartFor.join(', ')}.` : 'Changed, and in force.';
  },
});

/** The same editor as the gateway's, and so the same checks. */
const straightOnFile = (ports: CliPorts): ConfigDoor => {
  const home = locateHome(ports.env);
  prepareHome(home);
  const file = createConfigFile({ file: home.config, lastGood: home.lastGoodConfig, shown: home.config });
  const load = () => loadConfig(home, ports.env, {}).config;
  const editor = createConfigEditor({
    file,
    lastGood: () => {
      try {
        return load();
      } catch {
        return configSchema.parse({});
      }
    },
    written: () => undefined,
  });
  return {
    config: async () => load(),
    text: file.read,
    patch: async (patch, pin) => {
      await editor.patch(patch, (what) =>
        withStore(ports, 'remembered', async (database, secrets) =>
          (await createPin({ database, secrets, clock: systemClock, randomBytes })).require(pin, what),
        ),
      );
      return 'Changed.';
    },
  };
};
