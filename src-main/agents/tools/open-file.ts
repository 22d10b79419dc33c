import { constants } from 'node:fs';
import type { FileHandle, open as Open, realpath as RealPath } from 'node:fs/promises';
import { ToolError } from './tool.ts';
import { resolveInWorkspace } from './workspace-path.ts';

export type OpenFilePorts = { readonly open: typeof Open; readonly realpath: typeof RealPath };

/**
 * A regular file of the workspace, open for reading.
 *
 * @param use gets it with its size in bytes; it is closed when that has ended
 * @throws ToolError where it leads outside, or is a folder, a pipe or a device
 */
export const withFile = async <T>(
  fs: OpenFilePorts,
  workspace: string,
  path: string,
  use: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> => {
  const real = await resolveInWorkspace(workspace, path, fs.realpath);
  // Links are resolved: one that stands there now was put there since. Without O_NONBLOCK a pipe would hold a thread until
  // somebody writes to it. (Windows has neither.)
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await fs.open(real, flags);
  try {
    const info = await file.stat();
    // A pipe or device would block or never end.
    if (!info.isFile())
      throw new ToolError(info.isDirectory() ? `"${path}" is a folder; use list_dir.` : `"${path}" is not a regular file.`);
    return await use(file, info.size);
  } finally {
    await file.close();
  }
};
