import type { readdir as ReadDir, realpath as RealPath, stat as Stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type Tool, ToolError } from './tool.ts';
import { resolveInWorkspace } from './workspace-path.ts';

const entriesMost = 1_000;

const parameters = z.object({
  path: z.string().max(4096).optional().describe('folder, relative to the workspace; default the workspace itself'),
});

/** Lists a folder of the workspace: folders first, each with a trailing slash, files with their size. */
export const createListDir = (fs: {
  readonly readdir: typeof ReadDir;
  readonly realpath: typeof RealPath;
  readonly stat: typeof Stat;
}): Tool<typeof parameters> => ({
  name: 'list_dir',
  description: 'List a folder in the workspace.',
  parameters,
  effect: 'read',
  parallel: true,
  execute: async ({ path = '.' }, { workspace }) => {
    const folder = await resolveInWorkspace(workspace, path === '' ? '.' : path, fs.realpath);
    const entries = await fs.readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      throw new ToolError(
        error.code === 'ENOTDIR' ? `"${path}" is a file; use file_read.` : `"${path}" cannot be listed (${error.code ?? 'unknown'}).`,
      );
    });
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => `${entry.name}/`);
    const others = entries.filter((entry) => !entry.isDirectory());
    const lines = [...folders.sort()];
    for (const entry of others.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, Math.max(0, entriesMost - folders.length))) {
      const size = entry.isFile()
        ? await fs.stat(join(folder, entry.name)).then(
            (info) => `${info.size} bytes`,
            () => 'gone',
          )
        : entry.isSymbolicLink()
          ? 'link'
          : 'special';
      lines.push(`${entry.name}  (${size})`);
    }
    if (lines.length === 0) return '(empty)';
    return entries.length > lines.length ? `${lines.join('\n')}\n[${entries.length - lines.length} more]` : lines.join('\n');
  },
});
