import { touch } from '../../../src-shared/touches.ts';
import type { McpServers, OfferedMcpTool } from '../../mcp/mcp-servers.ts';
import { wordsOf } from '../../words-of.ts';
import { type Action, type Tool, ToolError } from './tool.ts';
import type { ToolSource } from './tool-catalog.ts';

const titleMost = 300;
const previewMost = 8_000;

/**
 * The tools of MCP servers. Each of them speaks to somebody outside, so each is asked about, whatever its server says of
 * it; only the operator's own `autoApprove` lets one run unasked.
 */
export const createMcpTools = (servers: Pick<McpServers, 'tools' | 'call' | 'onChange'>): ToolSource => ({
  tools: () => servers.tools().map((offered) => toTool(offered, servers.call)),
  onChange: servers.onChange,
});

const toTool = (offered: OfferedMcpTool, call: McpServers['call']): Tool => {
  const { server, tool, name, description, parameters, identity } = offered;
  return {
    name,
    description,
    parameters,
    effect: 'network',
    plan: async (args): Promise<Action> => ({
      title: cut(`${name} ${JSON.stringify(args)}`, titleMost),
      binding: { server, tool, arguments: args, identity },
      cwd: null,
      touches: [touch(offered.kind === 'stdio' ? 'program' : 'service', { name: offered.where })],
      sandbox: offered.kind === 'stdio' ? 'none' : null,
      preview: cut(JSON.stringify(args, null, 2), previewMost),
      risk: offered.destructive ? 'high' : 'medium',
      rule: { server, tool, arguments: args, identity },
    }),
    execute: async (args, { signal }) => {
      const answer = await call(server, tool, args, signal).catch((error: unknown) => {
        throw new ToolError(wordsOf(error));
      });
      if (!answer.ok) throw new ToolError(answer.text);
      return answer.text;
    },
  };
};

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)}…`);
