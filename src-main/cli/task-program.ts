import { type Command, Option } from 'commander';
import { hookPresets } from '../../src-shared/contract/routes/tasks.ts';
import type { CliPorts } from './run-cli.ts';
import type { TaskOptions } from './task-commands.ts';

type Json = { readonly json?: boolean };

/** `openclaw tasks …` */
export const addTasks = (program: Command, ports: CliPorts): void => {
  const tasks = program.command('tasks').description('what agents do later, again and again, or when another system calls');
  tasks
    .command('list')
    .description('list them, with their next run')
    .option('--json', 'as JSON')
    .action(async (options: Json) => (await commands()).list(options, ports));
  withFields(
    tasks
      .command('add')
      .argument('<content>', 'what the agent is told')
      .description('add one: --cron, --at or --webhook says when')
      .requiredOption('--name <name>'),
  )
    .addOption(new Option('--webhook <sender>', 'when another system calls; prints the secret, once').choices(hookPresets))
    .action(async (content: string, options: TaskOptions) => (await commands()).add(content, options, ports));
  withFields(
    tasks.command('edit').argument('<id>').description('change what is given').option('--name <name>').option('--content <content>'),
  ).action(async (id: string, options: TaskOptions) => (await commands()).edit(id, options, ports));
  tasks
    .command('run')
    .argument('<id>')
    .description('run it now')
    .option('--json', 'as JSON')
    .action(async (id: string, options: Json) => (await commands()).run(id, options, ports));
  for (const [name, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const)
    tasks
      .command(name)
      .argument('<id>')
      .description(enabled ? 'switch it on' : 'switch it off')
      .action(async (id: string) => (await commands()).enable(id, enabled, ports));
  tasks
    .command('secret')
    .argument('<id>')
    .description('print a new secret for its webhook; the old one ends')
    .action(async (id: string) => (await commands()).renewSecret(id, ports));
  tasks
    .command('remove')
    .argument('<id>')
    .description('remove it; for a minute it can be brought back')
    .action(async (id: string) => (await commands()).remove(id, ports));
  tasks
    .command('restore')
    .argument('<id>')
    .description('bring a removed one back')
    .action(async (id: string) => (await commands()).restore(id, ports));
};

const withFields = (command: Command): Command =>
  command
    .option('--cron <expression>', 'minute hour day month weekday, as "0 9 * * 1-5"')
    .option('--timezone <zone>', 'for --cron, as Europe/Berlin; default: the zone of this computer')
    .option('--at <time>', 'once, as "2026-12-24 18:00" here, or with an offset')
    .option('--agent <id>')
    .option('--session <name>', 'all runs go to this session; without it each run has its own')
    .addOption(new Option('--missed <what>', 'what becomes of a run that nobody was there for').choices(['skip', 'run-once']))
    .option('--json', 'as JSON');

const commands = () => import('./task-commands.ts');
