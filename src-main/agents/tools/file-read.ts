import { constants } from 'node:fs';
import type { open as Open, realpath as RealPath } from 'node:fs/promises';
import * as z from 'zod';
import { type Tool, ToolError } from './tool.ts';
import { resolveInWorkspace } from './workspace-path.ts';

const maxBytes = 256 * 1024;

const parameters = z.object({
  path: z.string().min(1).max(4096).describe('file, relative to the workspace'),
  offset: z.int().nonnegative().optional().describe('first line, from 0'),
  limit: z.int().min(1).max(5_000).optional().describe('lines, default 1000'),
});

/** Reads a text file of the workspace, a window of lines at a time. */
export const createFileRead = (fs: { readonly open: typeof Open; readonly realpath: typeof RealPath }): Tool<typeof parameters> => ({
  name: 'file_read',
  description: 'Read a text file in the workspace.',
  parameters,
  effect: 'read',
  parallel: true,
  execute: async ({ path, offset = 0, limit = 1_000 }, { workspace }) => {
    // Without O_NONBLOCK a pipe would hold a thread until somebody writes to it. (Windows has neither.)
    const file = await fs.open(await resolveInWorkspace(workspace, path, fs.realpath), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const info = await file.stat();
      // A pipe or device would block or never end.
      if (!info.isFile())
        throw new ToolError(info.isDirectory() ? `"${path}" is a folder; use list_dir.` : `"${path}" is not a regular file.`);
      const buffer = Buffer.alloc(Math.min(info.size, maxBytes));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      const bytes = buffer.subarray(0, bytesRead);
      if (bytes.includes(0)) throw new ToolError(`"${path}" is not a text file.`);
      const lines = bytes.toString('utf8').split('\n');
      const shown = lines.slice(offset, offset + limit);
      const rest = [
        ...(info.size > bytesRead ? [`the file has ${info.size} bytes, only the first ${maxBytes} are read`] : []),
        ...(lines.length > offset + limit ? [`${lines.length - offset - limit} more lines, go on with offset ${offset + limit}`] : []),
      ];
      return rest.length > 0 ? `${shown.join('\n')}\n[${rest.join('; ')}]` : shown.join('\n');
    } finally {
      await file.close();
    }
  },
});
