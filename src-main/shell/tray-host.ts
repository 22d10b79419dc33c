import { execFile } from 'node:child_process';

/** Whoever does not answer by then is no place to hide a window behind. */
const patienceMs = 1_000;

/** `NameHasOwner org.kde.StatusNotifierWatcher` in the words of each tool that may be there; asking starts no service. */
const watcher = 'org.kde.StatusNotifierWatcher';
const bus = 'org.freedesktop.DBus';
const questions: readonly (readonly [command: string, args: readonly string[]])[] = [
  ['gdbus', ['call', '--session', '--dest', bus, '--object-path', '/org/freedesktop/DBus', '--method', `${bus}.NameHasOwner`, watcher]],
  [
    'dbus-send',
    ['--session', '--print-reply=literal', `--dest=${bus}`, '/org/freedesktop/DBus', `${bus}.NameHasOwner`, `string:${watcher}`],
  ],
  ['busctl', ['--user', 'call', bus, '/org/freedesktop/DBus', bus, 'NameHasOwner', 's', watcher]],
];

/**
 * Whether somebody shows tray icons. Windows and macOS always do. A Linux desktop may not (GNOME without an extension), and a
 * window that hides there is lost: where nobody on the session bus says that it shows them, the answer is no.
 *
 * @param ask runs a program; null where it is not there or fails
 */
export const trayIsShown = async (platform: NodeJS.Platform, env: NodeJS.ProcessEnv, ask = run): Promise<boolean> => {
  if (platform !== 'linux') return true;
  // Without its address the tools would start a bus of their own.
  if (!env.DBUS_SESSION_BUS_ADDRESS) return false;
  for (const [command, args] of questions) {
    const answer = await ask(command, args);
    if (answer !== null) return /\btrue\b/.test(answer);
  }
  return false;
};

const run = (command: string, args: readonly string[]): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(command, args, { timeout: patienceMs }, (error, stdout) => resolve(error ? null : stdout));
  });
