import { execFile, execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findElectron } from '../start/find-electron.mjs';

/**
 * Which Electron goes into the package: for users the official one of the `electron` package. Where it cannot be downloaded, the
 * test-only runtime of docs/decisions/0005 makes a package to try out, and says so.
 *
 * @param {object} options
 * @param {string} options.root
 * @param {NodeJS.ProcessEnv} options.env
 * @param {boolean} options.release refuse everything but the official one
 * @param {NodeJS.WriteStream} options.progress
 * @returns {Promise<{ electronDist?: string, electronVersion?: string, artifactName?: string }>} for electron-builder;
 *   nothing: it fetches the official one by itself
 */
export const chooseElectron = async ({ root, env, release, progress }) => {
  if (release) {
    if (env.ELECTRON_OVERRIDE_DIST_PATH) throw new Error('A release takes the official Electron: unset ELECTRON_OVERRIDE_DIST_PATH.');
    return {};
  }
  const found = await findElectron({ root, env, progress });
  if ('path' in found && !env.ELECTRON_OVERRIDE_DIST_PATH) return {};
  const program = 'path' in found ? found.path : await testElectron(root, found.reason);
  const electronVersion = execFileSync(program, ['-p', 'process.versions.electron'], {
    env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
    encoding: 'utf8',
  }).trim();
  progress.write(`This package holds Electron ${electronVersion} from ${dirname(program)}: for trying out, not for users.\n`);
  return {
    electronDist: dirname(program),
    electronVersion,
    // Nobody shall take it for a release.
    artifactName: `$\{name}-$\{version}-electron-${electronVersion}-to-try-out-$\{arch}.$\{ext}`,
  };
};

/** @param {string} root @param {string} reason why there is no other @returns {Promise<string>} the program */
const testElectron = async (root, reason) => {
  try {
    const { stdout } = await promisify(execFile)('bash', [join(root, 'e2e/machine/electron-runtime.sh')]);
    return join(stdout.trim(), 'electron');
  } catch (error) {
    throw new Error(`There is no Electron to package: ${reason}.`, { cause: error });
  }
};
