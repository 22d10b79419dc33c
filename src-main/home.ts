import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '../src-shared/app-error.ts';

/** The folders and files of one gateway's home, absolute. */
export type Home = {
  readonly root: string;
  readonly config: string;
  readonly lastGoodConfig: string;
  readonly data: string;
  readonly database: string;
  readonly logs: string;
  readonly workspaces: string;
  readonly skills: string;
  readonly plugins: string;
  /** Unix socket or named pipe of the admin door. */
  readonly adminSocket: string;
};

/** Where things are; makes nothing. `OPENCLAW_HOME` or `~/openclaw`. */
export const locateHome = (env: Readonly<Record<string, string | undefined>>): Home => {
  const root = resolve(env.OPENCLAW_HOME || join(homedir(), 'openclaw'));
  const data = join(root, 'data');
  return {
    root,
    config: join(root, 'config.json'),
    lastGoodConfig: join(data, 'config.last-good.json'),
    data,
    database: join(data, 'openclaw.db'),
    logs: join(root, 'logs'),
    workspaces: join(root, 'workspace'),
    skills: join(root, 'skills'),
    plugins: join(root, 'plugins'),
    adminSocket: adminSocketPath(root, data),
  };
};

/** Makes the folders, for this user only. @throws AppError HOME_UNUSABLE */
export const prepareHome = (home: Home): void => {
  try {
    for (const folder of [home.root, home.data, home.logs, home.workspaces, home.skills, home.plugins])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(home.root, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new AppError('HOME_UNUSABLE', {
      cause,
      message: `The home folder ${home.root} cannot be used (${code === 'EACCES' || code === 'EPERM' ? 'this user may not read or write it' : code === 'EROFS' ? 'it is on a read-only disk' : code === 'ENOTDIR' || code === 'EEXIST' ? 'part of its path is a file' : code}).`,
      hint: 'Mend its rights, or set OPENCLAW_HOME to a folder of your own.',
    });
  }
};

const adminSocketPath = (root: string, data: string): string => {
  const id = createHash('sha256').update(root).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\openclaw-${id}`;
  const path = join(data, 'admin.sock');
  // A Unix socket's path holds 103 bytes on macOS, 107 on Linux.
  return Buffer.byteLength(path) <= 100 ? path : join(tmpdir(), `openclaw-${process.getuid?.() ?? 0}-${id}`, 'admin.sock');
};
