import { access } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Tools that electron-builder would otherwise fetch from its own release page: what this machine has of them, as the
 * environment variables that name them. For a release it fetches its own.
 *
 * @param {{ root: string, env: NodeJS.ProcessEnv, release: boolean }} options
 * @returns {Promise<Record<string, string>>}
 */
export const helperTools = async ({ root, env, release }) => {
  if (release || process.platform !== 'linux') return {};
  const seven = await firstThere(['/usr/bin/7zz', '/usr/bin/7za']);
  return {
    ...(env.CUSTOM_FPM_PATH === undefined && (await firstThere(['/usr/bin/dpkg-deb']))
      ? { CUSTOM_FPM_PATH: join(root, 'deploy/package/fpm.mjs') }
      : {}),
    ...(env.ELECTRON_BUILDER_7ZIP_PATH === undefined && seven ? { ELECTRON_BUILDER_7ZIP_PATH: seven } : {}),
  };
};

/** @param {readonly string[]} paths @returns {Promise<string | null>} */
const firstThere = async (paths) => {
  for (const path of paths) {
    try {
      await access(path);
      return path;
    } catch {
      // The next one, then.
    }
  }
  return null;
};
