import { statfsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { AppError } from '../../../src-shared/app-error.ts';

/** What the driver threw, in our words. Names the file, never its folder. */
export const explain = (thrown: unknown, file: string): AppError => {
  if (thrown instanceof AppError) return thrown;
  const code = sqliteCode(thrown);
  const name = basename(file);
  if (code === 'SQLITE_FULL' || (code.startsWith('SQLITE_IOERR') && hasNoRoom(file)))
    return new AppError('STORAGE_FULL', { cause: thrown });
  if (isDamage(thrown)) {
    return new AppError('STORAGE_FAILED', {
      message: `The database ${name} is damaged. Nothing more is written to it safely.`,
      hint: 'Restart OpenClaw: it checks the file, keeps a damaged one aside and begins a new one.',
      cause: thrown,
      retryable: false,
    });
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new AppError('STORAGE_FAILED', { message: `Another process is using the database ${name}.`, cause: thrown });
  }
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return new AppError('STORAGE_FAILED', { message: `The disk did not take or give the data of ${name} (${code}).`, cause: thrown });
  }
  if (code.startsWith('SQLITE_CONSTRAINT')) {
    return new AppError('INTERNAL', { message: 'What was to be stored clashes with what is stored already.', cause: thrown });
  }
  return new AppError('STORAGE_FAILED', { cause: thrown });
};

export const isDamage = (thrown: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(thrown));

export const sqliteCode = (thrown: unknown): string => {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : '';
};

/** A full disk shows in other guises too: an mmap of the WAL index that cannot grow, an fsync that finds no block. */
const hasNoRoom = (file: string): boolean => {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize < 1024 * 1024;
  } catch {
    return false;
  }
};
