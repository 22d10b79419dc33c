import type { Confinement, Sandbox } from './sandbox.ts';

/**
 * macOS: sandbox-exec with a profile (SBPL). Deprecated by Apple and used by everyone, for want of another. Written by the
 * book and tested as text; it was not run here.
 */
export const createSandboxExec = (): Sandbox => ({
  name: 'sandbox-exec',
  wrap: (argv, _cwd, confinement) => ['/usr/bin/sandbox-exec', '-p', sandboxProfile(confinement), ...argv],
});

/** Later rules win. */
const sandboxProfile = ({ workspace, home, hidden, shown, path }: Confinement): string =>
  [
    '(version 1)',
    '(allow default)',
    '(deny file-write*)',
    `(deny file-read* (subpath ${quoted(home)}))`,
    // Looking up a path below it passes through it.
    `(allow file-read-metadata (subpath ${quoted(home)}))`,
    ...path.map((folder) => `(allow file-read* (subpath ${quoted(folder)}))`),
    ...hidden.map((folder) => `(deny file-read* file-write* (subpath ${quoted(folder)}))`),
    ...shown.map((folder) => `(allow file-read* (subpath ${quoted(folder)}))`),
    `(allow file-read* file-write* (subpath ${quoted(workspace)}))`,
    '(allow file-write* (literal "/dev/null") (literal "/dev/tty") (regex #"^/dev/fd/"))',
    '(allow file-write* (subpath "/private/tmp") (subpath "/private/var/folders"))',
    // The keychain's own door.
    '(deny mach-lookup (global-name "com.apple.SecurityServer") (global-name "com.apple.securityd.xpc"))',
  ].join('\n');

/** A string of the profile language. */
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
