import { Command, CommanderError } from 'commander';
import { AppError } from '../../src-shared/app-error.ts';
import { version } from '../version.ts';
import { addApprovals } from './approval-program.ts';
import { addBatch } from './batch-program.ts';
import { addChannels } from './channels-program.ts';
import { addConfig } from './config-program.ts';
import { exitCodeOf } from './exit-codes.ts';
import { withLogOptions } from './log-options.ts';
import type { LogOptions } from './logs-command.ts';
import { addMcp } from './mcp-program.ts';
import { addPlugins } from './plugins-program.ts';
import { addSessions } from './sessions-program.ts';
import { addSkills } from './skills-program.ts';
import { addTasks } from './task-program.ts';

export type CliPorts = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  /** Results only. */
  readonly stdout: NodeJS.WritableStream;
  /** For people. */
  readonly stderr: NodeJS.WritableStream;
};

/** argv → command → exit code. Each command is loaded when it is called, so that none pays for the others. */
export const runCli = async (argv: readonly string[], ports: CliPorts): Promise<number> => {
  let exitCode = 0;
  const program = new Command('openclaw')
    .description('A self-hosted message gateway and AI agent runtime on localhost:18789.')
    .version(version)
    .configureOutput({ writeOut: (text) => ports.stdout.write(text), writeErr: (text) => ports.stderr.write(text) })
    // What stands behind a subcommand is that one's, also where its parent has an option of the same name.
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError();

  program
    .command('gateway')
    .description('run the gateway in this terminal, with the console in the browser')
    .option('--port <port>', 'where to listen', readPort)
    .option('--host <host>', 'address to listen on; other than loopback needs gateway.trustedProxies')
    .option('--json', 'say what happens as JSON lines on stdout')
    .action(async (options: { port?: number; host?: string; json?: boolean }) => {
      exitCode = await (await import('./gateway-command.ts')).runGateway(options, ports);
    });

  program
    .command('onboard')
    .description('set up a model, a PIN, a first token and channels, step by step')
    .action(async () => {
      exitCode = await (await import('./onboard/onboard.ts')).onboard(ports);
    });

  const token = program.command('token').description('tokens and API keys for clients');
  token
    .command('create')
    .description('mint one and print it, alone on one line')
    .requiredOption('--name <name>', 'what it is for')
    .option('--expires-in <duration>', '90s, 15m, 12h, 30d; at most 365d', '30d')
    .option('--scope <scopes...>', 'scopes; default messages agents channels:read skills:read sessions')
    .option('--api-key', 'an API key instead: messages, batches and /v1 only')
    .option('--pin-stdin', pinStdin)
    .option('--json', 'as JSON')
    .action(async (options: { name: string; expiresIn: string; scope?: string[]; apiKey?: boolean; json?: boolean; pinStdin?: boolean }) =>
      (await tokenCommands()).create(options, ports),
    );
  token
    .command('list')
    .description('list them')
    .option('--all', 'also those of console windows')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean; all?: boolean }) => (await tokenCommands()).list(options, ports));
  token
    .command('show')
    .argument('<id>')
    .description('print one again')
    .option('--pin-stdin', pinStdin)
    .action(async (id: string, options: { pinStdin?: boolean }) => (await tokenCommands()).show(id, options, ports));
  token
    .command('revoke')
    .argument('<id>')
    .description('end one and those it has minted, at once')
    .action(async (id: string) => (await tokenCommands()).revoke(id, ports));
  token
    .command('restore')
    .argument('<id>')
    .description('undo a revocation, for 10 s')
    .action(async (id: string) => (await tokenCommands()).restore(id, ports));
  token
    .command('rotate')
    .description('replace the signing key and so end every token; also the repair for a lost key')
    .action(async () => (await tokenCommands()).rotate(ports));
  token
    .command('sign-in')
    .description('print a one-time link that signs a browser in to the console')
    .action(async () => (await tokenCommands()).signIn(ports));

  const pin = program.command('pin').description('the PIN that guards what lowers a safety switch');
  pin
    .command('set')
    .description('set it, or change it; asks at the terminal, else stdin has the old one, if any, and the new one, a line each')
    .action(async () => (await pinCommand()).set(ports));
  pin
    .command('clear')
    .description('take it away; asks for it')
    .action(async () => (await pinCommand()).clear(ports));
  pin
    .command('status')
    .description('whether one is set, and whether it is locked')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => (await pinCommand()).status(options, ports));

  program
    .command('status')
    .description('how the gateway is')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => (await import('./status-command.ts')).printStatus(options, ports));

  program
    .command('stop')
    .argument('[what]', 'all, agent, session, token or channel', 'all')
    .argument('[id]', 'which one')
    .description('the emergency brake: cancels turns; nothing new begins until openclaw start')
    .option('--json', 'as JSON')
    .action(async (what: string, id: string | undefined, options: { json?: boolean }) =>
      (await import('./brake-commands.ts')).stop(what, id, options, ports),
    );
  program
    .command('start')
    .argument('[what]', 'all, agent, session, token or channel', 'all')
    .argument('[id]', 'which one')
    .description('release the brake; without arguments all of it')
    .option('--json', 'as JSON')
    .action(async (what: string, id: string | undefined, options: { json?: boolean }) =>
      (await import('./brake-commands.ts')).start(what, id, options, ports),
    );

  program
    .command('message')
    .argument('<text>')
    .description('send one message and print the reply')
    .option('--agent <id>')
    .option('--session <name>')
    .option('--json', 'the whole answer as JSON')
    .action(async (text: string, options: { agent?: string; session?: string; json?: boolean }) => {
      exitCode = await (await import('./message-command.ts')).sendMessage(text, options, ports);
    });

  program
    .command('undo')
    .argument('<message>')
    .description('put back the files that a message wrote')
    .option('--json', 'as JSON')
    .action(async (id: string, options: { json?: boolean }) => (await import('./undo-command.ts')).undo(id, options, ports));

  addApprovals(program, ports);
  addMcp(program, ports);
  addSessions(program, ports);
  addTasks(program, ports);
  addPlugins(program, ports, (code) => {
    exitCode = code;
  });
  addSkills(program, ports, (code) => {
    exitCode = code;
  });
  addChannels(program, ports, (code) => {
    exitCode = code;
  });
  addBatch(program, ports, (code) => {
    exitCode = code;
  });

  withLogOptions(program.command('logs').description('print the newest log lines')).action(async (options: LogOptions) =>
    (await import('./logs-command.ts')).printLogs(options, ports),
  );

  addConfig(program, ports, (code) => {
    exitCode = code;
  });

  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    const error = AppError.from(thrown);
    ports.stderr.write(
      `openclaw: ${error.code === 'INTERNAL' && error.cause instanceof Error ? error.cause.message : error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`,
    );
    return exitCodeOf(error);
  }
};

const pinStdin = 'read the PIN, if it is asked for, as a line from stdin';

const tokenCommands = () => import('./token-commands.ts');
const pinCommand = () => import('./pin-command.ts');

const readPort = (text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new AppError('BAD_REQUEST', { message: `"${text}" is not a port.` });
  return port;
};
