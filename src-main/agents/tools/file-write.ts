import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import type * as Fs from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import * as z from 'zod';
import { type Action, type Tool, ToolError } from './tool.ts';
import { placeInWorkspace } from './workspace-path.ts';

const previewMost = 8_000;

const parameters = z.object({
  path: z.string().min(1).max(4096).describe('file, relative to the workspace; folders on the way are made'),
  content: z.string().max(1_000_000).describe('the whole text of the file'),
});

type FilePorts = Pick<typeof Fs, 'realpath' | 'readFile' | 'mkdir' | 'open' | 'rename' | 'rm' | 'lstat'>;

/** Writes a text file of the workspace as a whole: all of it or nothing, and nothing through a link that leads out. */
export const createFileWrite = (fs: FilePorts): Tool<typeof parameters> => ({
  name: 'file_write',
  description: 'Create or replace a text file in the workspace.',
  parameters,
  effect: 'write',
  plan: async ({ path, content }, { workspace }): Promise<Action> => {
    const target = await placeInWorkspace(workspace, path, fs.realpath);
    const before = await readIfThere(fs, target, path);
    const shown = relative(workspace, target);
    const bytes = Buffer.byteLength(content);
    return {
      title: `${before === null ? 'create' : 'replace'} ${shown} (${bytes} bytes)`,
      binding: { path: target, before: before === null ? null : hash(before), after: hash(content) },
      cwd: workspace,
      touches: [before === null ? `the new file ${shown}` : `the file ${shown}, which has ${before.length} bytes now`],
      sandbox: null,
      preview: content.length > previewMost ? `${content.slice(0, previewMost)}\n[…]` : content,
      risk: before === null ? 'low' : 'medium',
      rule: { path: target },
    };
  },
  execute: async ({ path, content }, { workspace }) => {
    const target = await placeInWorkspace(workspace, path, fs.realpath);
    const folder = dirname(target);
    await fs.mkdir(folder, { recursive: true });
    // Made since it was looked at: where the folder really is decides.
    if ((await fs.realpath(folder)) !== folder) throw new ToolError(`"${path}" leads outside the workspace.`);
    const temporary = join(folder, `.${basename(target)}.${randomBytes(6).toString('hex')}`);
    try {
      const file = await fs.open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
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
    return `Wrote ${Buffer.byteLength(content)} bytes to ${relative(workspace, target)}.`;
  },
});

/** Null where there is no such file yet. */
const readIfThere = async (fs: FilePorts, target: string, path: string): Promise<Buffer | null> => {
  const info = await fs.lstat(target).catch(() => null);
  if (info === null) return null;
  if (!info.isFile()) throw new ToolError(`"${path}" is ${info.isDirectory() ? 'a folder' : 'not a regular file'}.`);
  return fs.readFile(target);
};

const hash = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
