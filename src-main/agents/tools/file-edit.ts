import { relative } from 'node:path';
import * as z from 'zod';
import type { KeepBefore } from '../undo/keep-before.ts';
import { planWrite } from './plan-write.ts';
import { type FilePorts, readIfThere, replaceFile } from './text-file.ts';
import { type Tool, ToolError } from './tool.ts';
import { resolveInWorkspace } from './workspace-path.ts';

const bytesMost = 4 * 1024 * 1024;

const parameters = z.object({
  path: z.string().min(1).max(4096),
  oldText: z.string().min(1).max(1_000_000).describe('exactly as in the file, with enough around it to be unique'),
  newText: z.string().max(1_000_000),
  replaceAll: z.boolean().optional(),
});
type Edit = { readonly target: string; readonly before: Buffer; readonly after: string; readonly times: number };

/** Replaces a piece of a text file of the workspace by another: only what stands there exactly, and only where it is clear which. */
export const createFileEdit = (fs: FilePorts, keepBefore: KeepBefore): Tool<typeof parameters> => {
  const prepare = async ({ path, oldText, newText, replaceAll = false }: z.output<typeof parameters>, workspace: string): Promise<Edit> => {
    const target = await resolveInWorkspace(workspace, path, fs.realpath);
    const before = await readIfThere(fs, target, path);
    if (before === null) throw new ToolError(`There is no "${path}" in the workspace.`);
    const text = textOf(before, path);
    const [piece, by] = withLineEndsOf(text, oldText, newText);
    const parts = text.split(piece);
    const times = parts.length - 1;
    if (times === 0) throw new ToolError(`oldText does not stand in "${path}". Read the file again: it must match exactly, blanks too.`);
    if (times > 1 && !replaceAll)
      throw new ToolError(`oldText stands ${times} times in "${path}". Give more around it, or set replaceAll.`);
    if (piece === by) throw new ToolError('oldText and newText are the same.');
    return { target, before, after: parts.join(by), times };
  };

  return {
    name: 'file_edit',
    description: 'Replace a piece of a text file in the workspace.',
    parameters,
    effect: 'write',
    plan: async (args, { workspace }) => {
      const { target, before, after } = await prepare(args, workspace);
      const action = await planWrite(workspace, target, before, after);
      return { ...action, title: `edit ${relative(workspace, target)} (${before.length} → ${Buffer.byteLength(after)} bytes)` };
    },
    execute: async (args, context) => {
      const { workspace } = context;
      const { target, before, after, times } = await prepare(args, workspace);
      await keepBefore(context, target, before, after);
      await replaceFile(fs, target, args.path, after);
      return `Replaced ${times === 1 ? 'one place' : `${times} places`} in ${relative(workspace, target)}.`;
    },
  };
};

/** What could not be written back as it was must not be edited. */
const textOf = (bytes: Buffer, path: string): string => {
  if (bytes.length > bytesMost) throw new ToolError(`"${path}" has ${bytes.length} bytes, more than the ${bytesMost} that can be edited.`);
  try {
    // The mark of its byte order is a part of it.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Said below.
  }
  throw new ToolError(`"${path}" is not a text file in UTF-8.`);
};

/** Models write `\n`; a file that has `\r\n` everywhere keeps them. */
const withLineEndsOf = (text: string, oldText: string, newText: string): readonly [string, string] => {
  if (text.includes(oldText) || !text.includes('\r\n') || /(?<!\r)\n/.test(text)) return [oldText, newText];
  const windows = (piece: string): string => piece.replace(/\r?\n/g, '\r\n');
  return [windows(oldText), windows(newText)];
};
