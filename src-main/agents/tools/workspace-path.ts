import type { realpath as RealPath } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { isInside } from '../../is-inside.ts';
import { ToolError } from './tool.ts';

/**
 * Where a path the model gave really leads, links resolved, and only inside the workspace.
 *
 * @param realpath injected `fs.promises.realpath`
 * @throws ToolError where there is nothing, or where it leads outside
 */
export const resolveInWorkspace = async (workspace: string, path: string, realpath: typeof RealPath): Promise<string> => {
  if (path.includes('\0')) throw new ToolError('The path contains a null character.');
  const wanted = resolve(workspace, path);
  // Said before looking: whether a file outside exists is not the model's business.
  if (!isInside(workspace, wanted)) throw outside(path);
  const real = await realpath(wanted).catch((error: NodeJS.ErrnoException) => {
    throw new ToolError(
      error.code === 'ENOENT' || error.code === 'ENOTDIR'
        ? `There is no "${path}" in the workspace.`
        : `"${path}" cannot be opened (${error.code ?? 'unknown'}).`,
    );
  });
  if (!isInside(workspace, real)) throw outside(path);
  return real;
};

/**
 * Where a file would come to stand that may not be there yet: the deepest folder of its path that is there, links resolved,
 * and the rest of the path below it. One that is there is resolved as a whole.
 *
 * @throws ToolError where it leads outside
 */
export const placeInWorkspace = async (workspace: string, path: string, realpath: typeof RealPath): Promise<string> => {
  if (path.includes('\0')) throw new ToolError('The path contains a null character.');
  const wanted = resolve(workspace, path);
  if (!isInside(workspace, wanted) || wanted === workspace) throw outside(path);
  const real = await realpathOfWhatIsThere(wanted, realpath, path);
  if (!isInside(workspace, real) || real === workspace) throw outside(path);
  return real;
};

const realpathOfWhatIsThere = async (wanted: string, realpath: typeof RealPath, path: string): Promise<string> => {
  const missing: string[] = [];
  for (let at = wanted; ; at = dirname(at)) {
    try {
      return join(await realpath(at), ...missing);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || at === dirname(at)) throw new ToolError(`"${path}" cannot be opened (${code ?? 'unknown'}).`);
      missing.unshift(relative(dirname(at), at));
    }
  }
};

const outside = (path: string): ToolError => new ToolError(`"${path}" leads outside the workspace.`);
