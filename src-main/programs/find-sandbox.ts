import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { createBubblewrap } from './bubblewrap.ts';
import type { RunProgram } from './run-program.ts';
import { noSandbox, type Sandbox } from './sandbox.ts';
import { createSandboxExec } from './sandbox-exec.ts';

/** What this machine can hold programs in with; looked for once, when the first one is about to run. */
export const createSandboxFinder = (ports: {
  readonly platform: NodeJS.Platform;
  /** Folders of PATH. */
  readonly path: readonly string[];
  readonly run: RunProgram;
}): (() => Promise<Sandbox>) => {
  let found: Promise<Sandbox> | null = null;
  return () => {
    found ??= find(ports);
    return found;
  };
};

const find = async ({ platform, path, run }: Parameters<typeof createSandboxFinder>[0]): Promise<Sandbox> => {
  if (platform === 'darwin') return createSandboxExec();
  if (platform !== 'linux') return noSandbox;
  const bwrap = path.map((folder) => join(folder, 'bwrap')).find(isExecutable);
  if (bwrap === undefined) return noSandbox;
  // Many containers and some distributions have it and forbid what it needs.
  const attempt = await run(
    { argv: [bwrap, '--unshare-pid', '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', 'true'], cwd: '/', env: {} },
    { signal: AbortSignal.timeout(5_000), onOutput: () => undefined },
  );
  return attempt.code === 0 ? createBubblewrap(bwrap) : noSandbox;
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
