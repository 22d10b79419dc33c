import { relative } from 'node:path';
import * as z from 'zod';
import type { KeepBefore } from '../undo/keep-before.ts';
import { planWrite } from './plan-write.ts';
import { type FilePorts, readIfThere, replaceFile } from './text-file.ts';
import type { Tool } from './tool.ts';
import { placeInWorkspace } from './workspace-path.ts';

const parameters = z.object({
  path: z.string().min(1).max(4096).describe('file, relative to the workspace; folders on the way are made'),
  content: z.string().max(1_000_000).describe('the whole text of the file'),
});

/** Writes a text file of the workspace as a whole. */
export const createFileWrite = (fs: FilePorts, keepBefore: KeepBefore): Tool<typeof parameters> => ({
  name: 'file_write',
  description: 'Create or replace a text file in the workspace.',
  parameters,
  effect: 'write',
  plan: async ({ path, content }, { workspace }) => {
    const target = await placeInWorkspace(workspace, path, fs.realpath);
    return planWrite(workspace, target, await readIfThere(fs, target, path), content);
  },
  execute: async ({ path, content }, context) => {
    const { workspace } = context;
    const target = await placeInWorkspace(workspace, path, fs.realpath);
    await keepBefore(context, target, await readIfThere(fs, target, path), content);
    await replaceFile(fs, target, path, content);
    return `Wrote ${Buffer.byteLength(content)} bytes to ${relative(workspace, target)}.`;
  },
});
