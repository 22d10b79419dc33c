import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The file's text, or null where there is none. */
export const readOrNull = async (file: string): Promise<string | null> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
};

/** Replaces the file as a whole, mode 0600, durably: after a crash the old text or the new one is there, never a mix. */
export const replaceFile = async (file: string, text: string): Promise<void> => {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const next = `${file}.${process.pid}.tmp`;
  try {
    // A leftover of a crashed process with our id may have another mode; only a new file is sure to have this one.
    await rm(next, { force: true });
    const handle = await open(next, 'wx', 0o600);
    try {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
  await syncFolder(folder);
};

export const isErrno = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code;

/** Makes the rename itself durable. Windows has no way to ask for it and needs none. */
const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
