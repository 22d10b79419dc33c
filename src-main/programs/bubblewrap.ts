import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isInside } from '../is-inside.ts';
import type { Confinement, Sandbox } from './sandbox.ts';

/**
 * Linux: bubblewrap (https://github.com/containers/bubblewrap). The system is read-only, the workspace is writable, home
 * folders and the sockets of the session are not there, processes see only each other. The network stays: git and npm need it.
 *
 * @param bwrap absolute path of the program
 */
export const createBubblewrap = (bwrap: string): Sandbox => ({
  name: 'bubblewrap',
  wrap: (argv, cwd, confinement) => [bwrap, ...bubblewrapArguments(confinement), '--chdir', cwd, '--', ...argv],
});

const bubblewrapArguments = (confinement: Confinement): readonly string[] => {
  const { workspace, home, hidden, shown } = confinement;
  return [
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--die-with-parent', '--new-session'],
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    // Sockets of the session (keyring, D-Bus, display, agents) and other people's files.
    ...['/run', '/tmp', '/var/tmp', '/home', '/root', '/mnt', '/media']
      .filter((path) => existsSync(path))
      .flatMap((path) => ['--tmpfs', path]),
    ...['--tmpfs', home],
    ...onPath(confinement).flatMap((path) => ['--ro-bind', path, path]),
    ...hidden.flatMap((path) => ['--tmpfs', path]),
    ...shown.flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--bind', workspace, workspace],
  ];
};

/** What stands on PATH below home, with what its programs load from beside them. */
const onPath = ({ path, home }: Confinement): readonly string[] =>
  [...new Set(path.filter((folder) => isInside(home, folder) && folder !== home).map((folder) => shownFor(folder, home)))].filter(
    (folder) => existsSync(folder),
  );

/** `~/.nvm/versions/node/v20/bin` needs the `lib` beside it; `~/.local` and `~` hold secrets beside their `bin`. */
const shownFor = (folder: string, home: string): string => {
  const beside = dirname(folder);
  const isRoot = folder.endsWith('/bin') && beside !== home && beside !== join(home, '.local');
  return isRoot ? beside : folder;
};
