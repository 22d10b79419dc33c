import { readdirSync, readFileSync } from 'node:fs';

/** Linux only: the processes in which a plugin of that name runs, of whoever's gateway shows `folder` to it. */
export const pluginPids = (name: string, folder: string): number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      const args = commandLine(pid);
      // Not the sandbox around it, whose command line has the same in it.
      return !/bwrap$/.test(args[0] ?? '') && args.at(-1) === name && args.some((arg) => arg.includes(folder));
    });

const commandLine = (pid: number): string[] => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
};
