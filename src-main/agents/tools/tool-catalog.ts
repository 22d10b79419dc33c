import type { Tool } from './tool.ts';

/** Somebody who brings tools: the gateway itself, MCP servers, plugins. */
export type ToolSource = {
  /** What it offers this agent now: the same until `onChange` says otherwise. */
  readonly tools: (agentId: string) => readonly Tool[];
  /** Told when what it offers has changed. */
  readonly onChange: (listener: () => void) => () => void;
};

/** All tools there are, whoever brings them. */
export type ToolCatalog = {
  /** What an agent may use. Names are unique: of two, the earlier source's counts. */
  readonly tools: (agent: ToolUser) => readonly Tool[];
  /** Another number after each change. */
  readonly version: () => number;
};

/** `tools` as in the configuration: exact names, or `server.*` for all of a source that names its tools so; null for every one. */
export type ToolUser = { readonly id: string; readonly tools: readonly string[] | null };

/** @param sources the earlier, the more its names count: nobody can take a built-in tool's place */
export const createToolCatalog = (sources: readonly ToolSource[]): ToolCatalog => {
  let version = 0;
  for (const source of sources) source.onChange(() => (version += 1));
  return {
    tools: ({ id, tools }) => {
      const byName = new Map<string, Tool>();
      for (const source of sources)
        for (const tool of source.tools(id)) if (!byName.has(tool.name) && mayUse(tools, tool.name)) byName.set(tool.name, tool);
      return [...byName.values()];
    },
    version: () => version,
  };
};

/** Tools that are there from the start and stay. */
export const fixedTools = (tools: readonly Tool[]): ToolSource => ({ tools: () => tools, onChange: () => () => undefined });

export const mayUse = (names: readonly string[] | null, tool: string): boolean =>
  names === null || names.some((name) => name === tool || (name.endsWith('.*') && tool.startsWith(name.slice(0, -1))));
