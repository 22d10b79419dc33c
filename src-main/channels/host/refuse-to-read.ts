import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isInside } from '../../is-inside.ts';
import { PluginFailure } from '../plugin-failure.ts';
import type { InstalledPlugin } from '../plugin-host.ts';

/**
 * Whoever installs a plugin says yes to a line of text; to all that was ever said, and to who may do what, nobody means to.
 * @param paths absolute; folders with all below them
 * @throws PluginFailure where the plugin asks for a folder that is one of them, is below one or holds one
 */
export const refuseToRead = async (paths: readonly string[], { manifest }: InstalledPlugin): Promise<void> => {
  const kept = await Promise.all(paths.map(realOf));
  for (const folder of manifest.permissions.fs) {
    const asked = await realOf(folder);
    if (kept.some((path) => isInside(asked, path) || isInside(path, asked)))
      throw new PluginFailure(`It asks to read ${folder}, where the gateway keeps files of its own; no plugin may.`, { retryable: false });
  }
};

const realOf = (path: string): Promise<string> => realpath(path).catch(() => resolve(path));
