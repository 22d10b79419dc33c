import type { OfferedPluginTool, PluginTools } from '../../channels/plugin-tools.ts';
import { wordsOf } from '../../words-of.ts';
import { type Action, type Tool, ToolError } from './tool.ts';
import type { ToolSource } from './tool-catalog.ts';

const titleMost = 300;
const previewMost = 8_000;

/** The tools of plugins. Each is asked about, whatever its plugin says of it: nobody but the user knows whom it may trust. */
export const createPluginToolSource = (plugins: Pick<PluginTools, 'tools' | 'onChange'>): ToolSource => ({
  tools: () => plugins.tools().map(toTool),
  onChange: plugins.onChange,
});

const toTool = ({ name, description, parameters, readOnly, asks, identity, heldBy, execute }: OfferedPluginTool): Tool => ({
  name,
  description,
  parameters,
  effect: 'network',
  plan: async (args): Promise<Action> => ({
    title: cut(`${name} ${JSON.stringify(args)}`, titleMost),
    binding: { plugin: name, arguments: args, identity },
    cwd: null,
    touches: asks.length > 0 ? asks : ['no more than its own files'],
    sandbox: heldBy ?? 'none',
    preview: cut(JSON.stringify(args, null, 2), previewMost),
    risk: readOnly ? 'low' : 'medium',
    rule: { plugin: name, arguments: args, identity },
  }),
  execute: async (args, { signal }) => {
    const result = await execute(args, signal).catch((error: unknown) => {
      throw new ToolError(wordsOf(error));
    });
    return typeof result === 'string' ? result : (JSON.stringify(result) ?? 'done');
  },
});

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)}…`);
