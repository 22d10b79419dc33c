import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import type * as Fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ToolError } from './tool.ts';

export type FilePorts = Pick<typeof Fs, 'realpath' | 'readFile' | 'mkdir' | 'open' | 'rename' | 'rm' | 'lstat'>;

/** What stands in a file; null where there is no such file yet. @param path as the model named it */
export const readIfThere = async (fs: FilePorts, target: string, path: string): Promise<Buffer | null> => {
  const info = await fs.lstat(target).catch(() => null);
  if (info === null) return null;
  if (!info.isFile()) throw new ToolError(`"${path}" is ${info.isDirectory() ? 'a folder' : 'not a regular file'}.`);
  return fs.readFile(target);
};

/** Replaces a file as a whole: all of it or nothing, and nothing through a link that leads out. */
export const replaceFile = async (fs: FilePorts, target: string, path: string, content: string | Buffer): Promise<void> => {
  const folder = dirname(target);
  await fs.mkdir(folder, { recursive: true });
  // Made since it was looked at: where the folder really is decides.
  if ((await fs.realpath(folder)) !== folder) throw new ToolError(`"${path}" leads outside the workspace.`);
  const mode = await fs.lstat(target).then(
    (info) => info.mode & 0o777,
    () => 0o644,
  );
  const temporary = join(folder, `.${basename(target)}.${randomBytes(6).toString('hex')}`);
  try {
    const file = await fs.open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(temporary, target);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw new ToolError(`"${path}" cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
};

export const hashOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
