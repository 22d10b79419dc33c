import { type Command, Option } from 'commander';
import type { CliPorts } from './run-cli.ts';

/** `openclaw approvals …` */
export const addApprovals = (program: Command, ports: CliPorts): void => {
  const approvals = program.command('approvals').description('what agents ask before they do something');
  approvals
    .command('list')
    .description('what waits for an answer')
    .option('--all', 'what was answered too')
    .option('--json', 'as JSON')
    .action(async (options: { all?: boolean; json?: boolean }) => (await commands()).list(options, ports));
  approvals
    .command('approve')
    .argument('<id>')
    .description('let it happen')
    .addOption(new Option('--remember <how>', 'not to be asked about this exact thing again').choices(['once', 'session', 'always']))
    .option('--pin-stdin', 'read the PIN, where it is asked for, from stdin')
    .option('--json', 'as JSON')
    .action(async (id: string, options: { remember?: string; pinStdin?: boolean; json?: boolean }) =>
      (await commands()).answer('approve', id, options, ports),
    );
  approvals
    .command('deny')
    .argument('<id>')
    .description('do not let it happen')
    .option('--json', 'as JSON')
    .action(async (id: string, options: { json?: boolean }) => (await commands()).answer('deny', id, options, ports));
  approvals
    .command('rules')
    .description('what is allowed without asking')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => (await commands()).listRules(options, ports));
  approvals
    .command('forget')
    .argument('<rule>')
    .description('take a rule back: ask again')
    .action(async (id: string) => (await commands()).removeRule(id, ports));
};

const commands = () => import('./approval-commands.ts');
