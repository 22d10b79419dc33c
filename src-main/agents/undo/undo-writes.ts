import { dirname } from 'node:path';
import { AppError } from '../../../src-shared/app-error.ts';
import type { Database, FileChangeRow } from '../../storage/database.ts';
import { type FilePorts, hashOf, replaceFile } from '../tools/text-file.ts';

/** A file as it is to be again. */
type Undo = { readonly path: string; readonly before: Buffer | null };
export type Undone = { readonly path: string; readonly how: 'restored' | 'removed' };

type Ports = { readonly database: Database; readonly fs: FilePorts };

/**
 * Puts back what the tools of a turn wrote over, all of it or nothing.
 * @throws AppError UNDO_OVER where there is nothing (any more), or a file was changed since
 */
export const undoWrites = async (messageId: string, { database, fs }: Ports): Promise<readonly Undone[]> => {
  const changes = await database.read({ op: 'fileChange.ofTurn', messageId });
  if (changes.length === 0) throw new AppError('UNDO_OVER', { message: 'No file that this message wrote can be put back.' });
  const undos: Undo[] = [];
  for (const [path, ofPath] of byPath(changes)) {
    if (!(await isAsWritten(fs, path, ofPath)))
      throw new AppError('UNDO_OVER', { message: `${path} was changed since, so nothing was undone.` });
    undos.push({ path, before: bytesOf(ofPath[0]?.before ?? null) });
  }
  const done: Undone[] = [];
  for (const { path, before } of undos) {
    if (before === null) await fs.rm(path);
    else await replaceFile(fs, path, path, before);
    done.push({ path, how: before === null ? 'removed' : 'restored' });
  }
  await database.write([{ op: 'fileChange.forget', messageId }]);
  return done;
};

const byPath = (changes: readonly FileChangeRow[]): Map<string, FileChangeRow[]> => {
  const paths = new Map<string, FileChangeRow[]>();
  for (const change of changes) paths.set(change.path, [...(paths.get(change.path) ?? []), change]);
  return paths;
};

/** Nobody but these changes has touched it: what each found is what the one before it left, and the last one's still stands there. */
const isAsWritten = async (fs: FilePorts, path: string, changes: readonly FileChangeRow[]): Promise<boolean> => {
  let expected: string | null = null;
  for (const { before, after } of changes) {
    const found = bytesOf(before);
    if (expected !== null && (found === null || hashOf(found) !== expected)) return false;
    expected = after;
  }
  const info = await fs.lstat(path).catch(() => null);
  // A folder on the way that is a link now leads elsewhere.
  if (!info?.isFile() || (await fs.realpath(dirname(path))) !== dirname(path)) return false;
  return hashOf(await fs.readFile(path)) === expected;
};

const bytesOf = (base64: string | null): Buffer | null => (base64 === null ? null : Buffer.from(base64, 'base64'));
