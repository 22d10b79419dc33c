import type { Command } from 'commander';
import { readCount } from './read-options.ts';
import type { CliPorts } from './run-cli.ts';

/** `openclaw sessions …` */
export const addSessions = (program: Command, ports: CliPorts): void => {
  const sessions = program.command('sessions').description('what was said: list, read, search, export, rename, delete');
  sessions
    .command('list')
    .description('list them, newest first')
    .option('--limit <n>', 'how many, at most 200; default 50', readCount)
    .option('--channel <name>', 'only those of this channel; those of batches are listed for "batch" only')
    .option('--pinned', 'only those that are pinned')
    .option('--json', 'as JSON')
    .action(async (options: { limit?: number; channel?: string; pinned?: boolean; json?: boolean }) =>
      (await commands()).list(options, ports),
    );
  sessions
    .command('show')
    .argument('<id>', 'its id or its name')
    .description('print the newest part of one')
    .option('--limit <n>', 'how many events, at most 200; default 50', readCount)
    .option('--json', 'as JSON')
    .action(async (id: string, options: { limit?: number; json?: boolean }) => (await commands()).show(id, options, ports));
  sessions
    .command('search')
    .argument('<text>')
    .description('search everything said')
    .option('--limit <n>', 'how many hits, at most 200; default 50', readCount)
    .option('--json', 'as JSON')
    .action(async (text: string, options: { limit?: number; json?: boolean }) => (await commands()).search(text, options, ports));
  sessions
    .command('rename')
    .argument('<id>')
    .argument('<title>')
    .description('give one another title')
    .option('--json', 'as JSON')
    .action(async (id: string, title: string, options: { json?: boolean }) => (await commands()).rename(id, title, options, ports));
  sessions
    .command('export')
    .argument('<id>')
    .description('write all of one to stdout or into a file; secrets are taken out')
    .option('--format <format>', 'markdown or json', 'markdown')
    .option('--output <file>', 'where to')
    .action(async (id: string, options: { format: string; output?: string }) => (await commands()).exportTo(id, options, ports));
  sessions
    .command('delete')
    .argument('<id>')
    .description('delete one; can be undone for a minute')
    .option('--json', 'as JSON')
    .action(async (id: string, options: { json?: boolean }) => (await commands()).remove(id, options, ports));
  sessions
    .command('restore')
    .argument('<id>', 'its id; its name is free for others')
    .description('undo a deletion')
    .option('--json', 'as JSON')
    .action(async (id: string, options: { json?: boolean }) => (await commands()).restore(id, options, ports));
};

const commands = () => import('./sessions-commands.ts');
