import type { McpServerView } from '../../src-shared/contract/routes/mcp.ts';
import { type AdminClient, connectAdmin, unreachable } from './admin-client.ts';
import { columns, oneLine } from './columns.ts';
import type { CliPorts } from './run-cli.ts';

export const list = async ({ tools, json }: { readonly tools?: boolean; readonly json?: boolean }, ports: CliPorts): Promise<void> => {
  const { servers } = (await (await connect(ports)).call('listMcpServers', {})).body;
  if (json) {
    ports.stdout.write(`${JSON.stringify(servers)}\n`);
    return;
  }
  if (tools) for (const server of servers) ports.stdout.write(withTools(server));
  else ports.stdout.write(columns(servers.map(row)));
  for (const { name, detail, problems, plainSecrets } of servers) {
    if (detail !== '') ports.stderr.write(`${name}: ${oneLine(detail)}\n`);
    for (const problem of problems) ports.stderr.write(`${name}: ${oneLine(problem)}\n`);
    if (plainSecrets.length > 0) ports.stderr.write(`${name}: ${plainSecrets.join(', ')} as plain text in config.json\n`);
  }
  if (servers.length === 0) ports.stderr.write('No MCP server is configured.\n');
};

export const restart = async (server: string, ports: CliPorts): Promise<void> => {
  await (await connect(ports)).call('restartMcpServer', { params: { server } });
  ports.stderr.write(`${server} is started anew.\n`);
};

const connect = async (ports: CliPorts): Promise<AdminClient> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  return admin;
};

const row = ({ name, state, tools, where }: McpServerView): readonly string[] => [name, state, `${tools.length} tools`, oneLine(where)];

const withTools = (server: McpServerView): string =>
  `${row(server).join('  ')}\n${columns(server.tools.map(({ name, description }) => [`  ${name}`, oneLine(description).slice(0, 100)]))}`;
