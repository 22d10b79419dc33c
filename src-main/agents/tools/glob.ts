import type { realpath as RealPath } from 'node:fs/promises';
import * as z from 'zod';
import { inWords, type Search } from './search/open-search.ts';
import type { Tool } from './tool.ts';
import { resolveInWorkspace } from './workspace-path.ts';

const parameters = z.object({
  pattern: z.string().min(1).max(1_000).describe('such as src/**/*.{ts,tsx}'),
  path: z.string().max(4096).optional().describe('folder to begin in'),
});

/** Finds files of the workspace by their names. */
export const createGlob = (search: Search, fs: { readonly realpath: typeof RealPath }): Tool<typeof parameters> => ({
  name: 'glob',
  description: 'Find files by name (not in .git or node_modules).',
  parameters,
  effect: 'read',
  parallel: true,
  execute: async ({ pattern, path = '.' }, { workspace, signal }) => {
    const folder = await resolveInWorkspace(workspace, path || '.', fs.realpath);
    return inWords(await search({ folder, glob: pattern, pattern: null, ignoreCase: false }, signal), 'No file fits.');
  },
});
