import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { ChannelConfig } from '../../src-shared/contract/channel-config.ts';
import { permissionWords } from '../../src-shared/models/permission-words.ts';
import type { JsonSchemaParameters } from '../agents/tools/tool.ts';
import { wordsOf } from '../words-of.ts';
import { channelUnit } from './channel-unit.ts';
import { PluginFailure } from './plugin-failure.ts';
import type { InstalledPlugin, PluginHealth, PluginTool } from './plugin-host.ts';
import type { OfferedPluginTool, PluginTools } from './plugin-tools.ts';
import type { RunningChannel, RunPorts } from './run-channel.ts';

type Entry = {
  readonly channel: string;
  readonly entry: ChannelConfig;
  readonly plugin: InstalledPlugin;
  readonly log: Logger;
  readonly onChange: () => void;
};
type Ports = Pick<RunPorts, 'database' | 'secrets' | 'uploads' | 'host' | 'channelFolder'> & {
  readonly pluginTools: Pick<PluginTools, 'put'>;
  readonly readSchema: (jsonSchema: Readonly<Record<string, unknown>>) => Promise<JsonSchemaParameters>;
};

/** A plugin that brings tools: they are offered while it runs. It hears nobody, and nothing is sent by it. */
export const runTools = ({ channel, entry, plugin, log, onChange }: Entry, ports: Ports): RunningChannel => {
  const refuse = (): Promise<never> =>
    Promise.reject(new PluginFailure('A plugin that brings tools hears nobody: kind is "tools" in its manifest.', { retryable: false }));
  const kept = ports.host.keep(
    channelUnit({
      ...{ channel, plugin, log, options: entry.options ?? {}, dataFolder: ports.channelFolder(channel, plugin.bundled) },
      ...{ database: ports.database, secrets: ports.secrets, uploads: ports.uploads, heard: refuse, pressed: refuse },
    }),
  );
  let offered = 0;

  const offer = async ({ state, isolation }: PluginHealth): Promise<void> => {
    offered += 1;
    const mine = offered;
    const tools: OfferedPluginTool[] = [];
    if (state === 'running' || state === 'degraded')
      for (const tool of kept.tools()) {
        const parameters = await ports.readSchema(tool.parameters).catch((error: unknown) => {
          log.warn(`its tool "${tool.name}" is left out, its schema cannot be used: ${wordsOf(error)}`);
          return null;
        });
        if (parameters) tools.push(offeredTool(tool, parameters, isolation?.files ? 'a process of its own' : null));
      }
    // It may have ended meanwhile.
    if (mine === offered) ports.pluginTools.put(channel, tools);
  };

  const offeredTool = (tool: PluginTool, parameters: JsonSchemaParameters, heldBy: string | null): OfferedPluginTool => ({
    ...{ name: `${channel}.${tool.name}`, description: tool.description, readOnly: tool.readOnly, parameters, heldBy },
    asks: permissionWords(plugin.manifest.permissions),
    identity: createHash('sha256')
      .update(JSON.stringify([plugin.manifest, entry.options ?? {}, tool]))
      .digest('hex'),
    execute: (args, signal) => kept.execute(tool.name, args, signal),
  });

  const forget = kept.onHealth((health) => {
    void offer(health);
    onChange();
  });
  void offer(kept.health());

  return {
    plugin: kept,
    wakeLane: () => undefined,
    say: async () => undefined,
    close: async (andPlugin) => {
      forget();
      offered += 1;
      ports.pluginTools.put(channel, []);
      if (andPlugin) await kept.stop();
    },
  };
};
