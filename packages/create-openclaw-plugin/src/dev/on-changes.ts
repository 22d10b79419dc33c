import { watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Editors write a file in several steps. */
const quietMs = 50;

/**
 * Does the work now, and again after each change of what a plugin is built of: `src/` and the files beside it. Once at a
 * time; what changes meanwhile is seen after.
 *
 * @returns when `signal` is aborted
 */
export const onChanges = async (root: string, work: () => Promise<void>, signal: AbortSignal): Promise<void> => {
  let changed = (): void => {};
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      changed = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  const watchers = [
    watch(join(root, 'src'), { recursive: true, signal }, () => changed()),
    // Only what stands here itself: not what a build or npm writes below.
    watch(root, { signal }, (_, name) => {
      if (name !== null && /\.(json|md|svg|png)$/.test(name) && name !== 'package-lock.json') changed();
    }),
  ];
  for (const watcher of watchers) watcher.on('error', () => changed());
  while (!signal.aborted) {
    const change = next();
    await work();
    await change;
    await pause(quietMs, undefined, { signal }).catch(() => {});
  }
};
