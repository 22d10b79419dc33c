import type { JsonSchemaParameters } from '../agents/tools/tool.ts';

/** A tool of a plugin as an agent may call it. */
export type OfferedPluginTool = {
  /** As agents call it: `channel.tool`, by the plugin's name in config.json. */
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchemaParameters;
  /** It says so itself. */
  readonly readOnly: boolean;
  /** What the plugin asked for when it was installed, in words. */
  readonly asks: readonly string[];
  /** Changes with the plugin's files and with what the tool says of itself: what was agreed to was this. */
  readonly identity: string;
  /** What holds it in; null: nothing. */
  readonly heldBy: string | null;
  /** Rejects with words where it could not be done, with the signal's reason where that comes first. */
  readonly execute: (args: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<unknown>;
};

/** What the plugins that run offer agents: put here by whoever runs them, read by the catalog of tools. */
export type PluginTools = {
  readonly tools: () => readonly OfferedPluginTool[];
  readonly onChange: (listener: () => void) => () => void;
  /** In place of what that channel offered so far. */
  readonly put: (channel: string, tools: readonly OfferedPluginTool[]) => void;
};

export const createPluginTools = (): PluginTools => {
  const byChannel = new Map<string, readonly OfferedPluginTool[]>();
  const listeners = new Set<() => void>();
  return {
    tools: () => [...byChannel.values()].flat(),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    put: (channel, tools) => {
      if (tools.length === 0 && !byChannel.has(channel)) return;
      if (tools.length === 0) byChannel.delete(channel);
      else byChannel.set(channel, tools);
      for (const listener of [...listeners]) listener();
    },
  };
};
