import type { Command } from 'commander';
import { withLogOptions } from './log-options.ts';
import type { LogOptions } from './logs-command.ts';
import type { CliPorts } from './run-cli.ts';

/** `openclaw channels …` */
export const addChannels = (program: Command, ports: CliPorts, exit: (code: number) => void): void => {
  const channels = program.command('channels').description('ways for people to reach your agents, and the plugins that bring them');
  channels
    .command('list')
    .description('the channels and how they are, and what is installed and not set up')
    .option('--json', 'as JSON')
    .action(async (options: Options) => (await commands()).list(options, ports));
  channels
    .command('install')
    .argument('<file>', 'a .plugin file')
    .description('check a plugin, show what it asks for, and install it')
    .option('--yes', 'without asking')
    .option('--pin-stdin', pinStdin)
    .option('--json', 'as JSON')
    .action(async (file: string, options: InstallOptions) => exit(await (await install()).install(file, options, ports)));
  channels
    .command('enable')
    .argument('<channel>', 'as config.json calls it, or the id of a plugin')
    .description('switch it on; one that config.json does not know yet gets its entry there')
    .option('--json', 'as JSON')
    .action(async (id: string, options: Options) => (await commands()).enable(id, true, options, ports));
  channels
    .command('disable')
    .argument('<channel>')
    .description('switch it off')
    .option('--json', 'as JSON')
    .action(async (id: string, options: Options) => (await commands()).enable(id, false, options, ports));
  channels
    .command('secret')
    .argument('<channel>')
    .argument('<name>', 'as its plugin calls it')
    .description('put a secret of it into the keychain; asks for it, else stdin has it')
    .option('--forget', 'remove it instead')
    .action(async (id: string, name: string, options: { forget?: boolean }) => (await commands()).secret(id, name, options, ports));
  channels
    .command('remove')
    .argument('<channel>')
    .description('its entry, its secrets, and its plugin where no other channel needs it; what it kept stays')
    .option('--json', 'as JSON')
    .action(async (id: string, options: Options) => (await commands()).remove(id, options, ports));
  channels
    .command('rollback')
    .argument('<channel>')
    .description('bring back the version before of its plugin; once more undoes that')
    .option('--json', 'as JSON')
    .action(async (id: string, options: Options) => (await commands()).rollback(id, options, ports));
  channels
    .command('test')
    .argument('<channel>')
    .requiredOption('--to <address>', 'whom, as the platform calls them')
    .option('--text <text>', 'what to send')
    .description('send one message now')
    .option('--json', 'as JSON')
    .action(async (id: string, options: TestOptions) => exit(await (await commands()).test(id, options, ports)));
  withLogOptions(channels.command('logs').argument('<channel>').description('print the newest log lines of it and its plugin')).action(
    async (id: string, options: LogOptions) => (await import('./logs-command.ts')).printLogs(options, ports, `channel:${id}`),
  );
  channels
    .command('pair')
    .argument('<channel>')
    .argument('<code>', 'that somebody was given there')
    .option('--owner', 'who may also approve what agents ask')
    .option('--pin-stdin', pinStdin)
    .option('--json', 'as JSON')
    .description('let somebody in')
    .action(async (id: string, code: string, options: PairOptions) => (await commands()).pair(id, code, options, ports));
};

type Options = { readonly json?: boolean };
export type InstallOptions = Options & { readonly yes?: boolean; readonly pinStdin?: boolean };
export type TestOptions = Options & { readonly to: string; readonly text?: string };
export type PairOptions = Options & { readonly owner?: boolean; readonly pinStdin?: boolean };

const pinStdin = 'read the PIN, if it is asked for, as a line from stdin';
const commands = () => import('./channels-commands.ts');
const install = () => import('./channels-install.ts');
