import type { Command } from 'commander';
import { readCount } from './read-options.ts';
import type { CliPorts } from './run-cli.ts';

/** `openclaw batch <file>`, and what can be done with those that were sent. */
export const addBatch = (program: Command, ports: CliPorts, exit: (code: number) => void): void => {
  const batch = program
    .command('batch')
    .argument('<file>', 'JSON Lines of messages; - for stdin; ./list for a file that is named like a command')
    .description('send many messages at once and print the results')
    .enablePositionalOptions()
    .option('--name <name>', 'what to call it; default: the file')
    .option('--parallel <n>', 'how many at the same time, at most 32; default 4', readCount)
    .option('--output <file>', 'write the results there')
    .option('--no-wait', 'print its id and leave it to the gateway')
    .option('--json', 'print how it ended as JSON, rather than the results')
    .action(async (file: string, options: { name?: string; parallel?: number; output?: string; wait: boolean; json?: boolean }) =>
      exit(await (await commands()).send(file, options, ports)),
    );
  batch
    .command('list')
    .description('list them, newest first')
    .option('--limit <n>', 'how many, at most 200; default 50', readCount)
    .option('--json', 'as JSON')
    .action(async (options: { limit?: number; json?: boolean }) => (await commands()).list(options, ports));
  batch
    .command('show')
    .argument('<id>')
    .description('how far one is')
    .option('--follow', 'to its end')
    .option('--json', 'as JSON')
    .action(async (id: string, options: { follow?: boolean; json?: boolean }) => exit(await (await commands()).show(id, options, ports)));
  batch
    .command('results')
    .argument('<id>')
    .description('what has ended so far, as JSON Lines in the order of the file')
    .option('--output <file>', 'write it there')
    .action(async (id: string, options: { output?: string }) => (await commands()).results(id, options, ports));
  batch
    .command('cancel')
    .argument('<id>')
    .description('end it: what runs is cancelled, what waits never begins')
    .option('--json', 'as JSON')
    .action(async (id: string, options: { json?: boolean }) => (await commands()).cancel(id, options, ports));
};

const commands = () => import('./batch-commands.ts');
