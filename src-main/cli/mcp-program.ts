import type { Command } from 'commander';
import type { CliPorts } from './run-cli.ts';

/** `openclaw mcp …` */
export const addMcp = (program: Command, ports: CliPorts): void => {
  const mcp = program.command('mcp').description('the Model Context Protocol: servers whose tools agents use, and this gateway as one');
  mcp
    .command('list')
    .description('the servers of mcpServers in config.json, and how they are')
    .option('--tools', 'with their tools')
    .option('--json', 'as JSON')
    .action(async (options: { tools?: boolean; json?: boolean }) => (await commands()).list(options, ports));
  mcp
    .command('restart')
    .argument('<server>')
    .description('end one and start it anew, also after it has failed')
    .action(async (server: string) => (await commands()).restart(server, ports));
  mcp
    .command('serve')
    .description('speak MCP on stdin and stdout for a client that starts this, and hand on to the running gateway')
    .action(async () => (await import('./mcp-serve.ts')).serveMcp(ports));
};

const commands = () => import('./mcp-commands.ts');
