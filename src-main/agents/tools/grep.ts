import type { realpath as RealPath } from 'node:fs/promises';
import * as z from 'zod';
import { inWords, type Search } from './search/open-search.ts';
import type { Tool } from './tool.ts';
import { resolveInWorkspace } from './workspace-path.ts';

const parameters = z.object({
  pattern: z.string().min(1).max(1_000).describe('JavaScript regular expression, for one line'),
  path: z.string().max(4096).optional().describe('folder to begin in'),
  glob: z.string().min(1).max(1_000).optional().describe('only files that fit'),
  ignoreCase: z.boolean().optional(),
});

/** Finds lines in the text files of the workspace. */
export const createGrep = (search: Search, fs: { readonly realpath: typeof RealPath }): Tool<typeof parameters> => ({
  name: 'grep',
  description: 'Find lines in text files (not in .git or node_modules).',
  parameters,
  effect: 'read',
  parallel: true,
  execute: async ({ pattern, path = '.', glob = null, ignoreCase = false }, { workspace, signal }) => {
    const folder = await resolveInWorkspace(workspace, path || '.', fs.realpath);
    return inWords(await search({ folder, glob, pattern, ignoreCase }, signal), 'No line fits.');
  },
});
