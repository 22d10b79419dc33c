import type { Command } from 'commander';

/** What `openclaw logs` can be told, and `openclaw channels logs`. */
export const withLogOptions = (command: Command): Command =>
  command
    .option('--level <level>', 'debug, info, warn or error', 'info')
    .option('--follow', 'go on as lines come; records at that level for as long')
    .option('--json', 'as JSON lines');
