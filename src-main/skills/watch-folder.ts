import { watch } from 'node:fs';

/** Told of changes right in a folder; returns its undo. @throws where it is not there or cannot be watched */
export const watchFolder = (folder: string, listener: () => void): (() => void) => {
  const watcher = watch(folder, { persistent: false }, listener);
  // It is gone, or can no longer be seen: its parent tells of that.
  watcher.on('error', () => watcher.close());
  return () => watcher.close();
};
