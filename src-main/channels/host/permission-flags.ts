import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { autogroupFile } from '../host-process/yield-to-others.ts';
import type { ProcessGrant } from './plugin-process.ts';

/** What a Node (or an Electron that runs as one) can hold a process to. */
export type PermissionFlags = {
  /** The switch that turns the permission model on; its name depends on the version. */
  readonly permission: '--permission' | '--experimental-permission';
  /** Whether it holds the network too: not before Node 25. */
  readonly net: boolean;
};

/**
 * By asking: an Electron has the flags of the Node that it was built with, which its version does not tell.
 *
 * @throws Error where it has none: then no plugin is started
 */
export const findPermissionFlags = async (execPath: string, env: Readonly<Record<string, string>>): Promise<PermissionFlags> => {
  const takes = (...flags: readonly string[]): Promise<boolean> =>
    new Promise((resolve) => {
      execFile(execPath, [...flags, '--version'], { env: { ...env }, timeout: 10_000, windowsHide: true }, (error) =>
        resolve(error === null),
      );
    });
  if (await takes('--permission', '--allow-net')) return { permission: '--permission', net: true };
  if (await takes('--permission')) return { permission: '--permission', net: false };
  if (await takes('--experimental-permission')) return { permission: '--experimental-permission', net: false };
  throw new Error(`${execPath} did not take Node's permission switches. Plugins are not started without them.`);
};

/** No programs, workers, addons or WASI: those have switches that are not given. */
export const nodeArguments = (
  { permission, net }: PermissionFlags,
  grant: ProcessGrant,
  hostFolder: string,
  platform: NodeJS.Platform,
): readonly string[] => {
  const limits = [`--max-old-space-size=${grant.heapMb}`, '--disable-warning=ExperimentalWarning', '--no-addons'];
  const read = [hostFolder, ...grant.read, ...grant.write];
  return [
    permission,
    ...read.map((folder) => `--allow-fs-read=${join(folder, '*')}`),
    ...grant.write.map((folder) => `--allow-fs-write=${join(folder, '*')}`),
    ...(platform === 'linux' ? [`--allow-fs-write=${autogroupFile}`] : []),
    ...(net && grant.network ? ['--allow-net'] : []),
    ...limits,
  ];
};
