import * as z from 'zod';
import { type OpenFilePorts, withFile } from './open-file.ts';
import { type Tool, ToolError } from './tool.ts';

const maxBytes = 256 * 1024;

const parameters = z.object({
  path: z.string().min(1).max(4096).describe('file, relative to the workspace'),
  offset: z.int().nonnegative().optional().describe('first line, from 0'),
  limit: z.int().min(1).max(5_000).optional().describe('lines, default 1000'),
});

/** Reads a text file of the workspace, a window of lines at a time. */
export const createFileRead = (fs: OpenFilePorts): Tool<typeof parameters> => ({
  name: 'file_read',
  description: 'Read a text file in the workspace.',
  parameters,
  effect: 'read',
  parallel: true,
  execute: ({ path, offset = 0, limit = 1_000 }, { workspace }) =>
    withFile(fs, workspace, path, async (file, size) => {
      const buffer = Buffer.alloc(Math.min(size, maxBytes));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      const bytes = buffer.subarray(0, bytesRead);
      if (bytes.includes(0)) throw new ToolError(`"${path}" is not a text file.`);
      const lines = bytes.toString('utf8').split('\n');
      const shown = lines.slice(offset, offset + limit);
      const rest = [
        ...(size > bytesRead ? [`the file has ${size} bytes, only the first ${maxBytes} are read`] : []),
        ...(lines.length > offset + limit ? [`${lines.length - offset - limit} more lines, go on with offset ${offset + limit}`] : []),
      ];
      return rest.length > 0 ? `${shown.join('\n')}\n[${rest.join('; ')}]` : shown.join('\n');
    }),
});
