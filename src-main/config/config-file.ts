import { randomBytes } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { lstat, mkdir, open, readFile, readlink, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { AppError } from '../../src-shared/app-error.ts';

/** The port to `config.json`. Twins: this one, and `createMemoryConfigFile`. */
export type ConfigFile = {
  /** For people, as `~/…`. */
  readonly shown: string;
  /** Its text now; empty where there is none. @throws AppError HOME_UNUSABLE */
  readonly read: () => Promise<string>;
  /**
   * Replaces it whole: at every moment the old text is there or the new one, never a part.
   * @throws AppError HOME_UNUSABLE, STORAGE_FULL; then the old text is there
   */
  readonly write: (text: string) => Promise<void>;
  /** Calls back when it may have changed, by whomever; too often rather than too seldom. Returns its undo. */
  readonly watch: (onMaybeChanged: () => void) => () => void;
};

/** @param lastGood where a copy of what was written is kept */
export const createConfigFile = (paths: { readonly file: string; readonly lastGood: string; readonly shown: string }): ConfigFile => ({
  shown: paths.shown,
  read: () => readIfThere(paths.file, paths.shown),
  write: async (text) => {
    try {
      // A linked file (dotfiles in a repository) stays a link.
      await replaceFile(await targetOf(paths.file), text);
      await replaceFile(paths.lastGood, text);
    } catch (cause) {
      throw unwritable(paths.shown, cause as NodeJS.ErrnoException);
    }
  },
  watch: (onMaybeChanged) => {
    const watchers: FSWatcher[] = [];
    let ended = false;
    /** The folder rather than the file: editors replace files. */
    const look = (path: string): void => {
      const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
        if (name === null || name === basename(path)) onMaybeChanged();
      });
      watcher.on('error', () => watcher.close());
      watchers.push(watcher);
    };
    look(paths.file);
    targetOf(paths.file).then(
      (target) => {
        if (!ended && target !== paths.file) look(target);
      },
      () => undefined,
    );
    return () => {
      ended = true;
      for (const watcher of watchers) watcher.close();
    };
  },
});

const readIfThere = (path: string, shown: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return '';
    throw new AppError('HOME_UNUSABLE', { cause, message: `${shown} cannot be read (${cause.code ?? 'unknown error'}).` });
  });

/** What the path leads to, be it there or not. */
const targetOf = async (path: string): Promise<string> => {
  const isLink = await lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
  if (!isLink) return path;
  return realpath(path).catch(async () => resolve(dirname(path), await readlink(path)));
};

/** A new file, on the disk before it takes the old one's name. What a crash leaves of it is in nobody's way. */
const replaceFile = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
};

/** So that the new name outlives a power cut, too. Windows cannot, and need not. */
const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

const unwritable = (shown: string, cause: NodeJS.ErrnoException): AppError => {
  if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')
    return new AppError('STORAGE_FULL', { cause, message: `${shown} cannot be written: the disk is full. Nothing was changed.` });
  const why =
    cause.code === 'EROFS'
      ? 'it is on a read-only disk'
      : cause.code === 'EACCES' || cause.code === 'EPERM'
        ? 'this user may not write it or its folder'
        : (cause.code ?? 'unknown error');
  return new AppError('HOME_UNUSABLE', { cause, message: `${shown} cannot be written (${why}). Nothing was changed.` });
};
