import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../../src-shared/app-error.ts';
import type { OpenReport } from '../database.ts';
import { migrations } from '../migrations/migrations.ts';
import type { WorkerOptions } from '../worker-protocol.ts';
import { type Connection, openConnection } from './connection.ts';
import { getMeta, setMeta } from './meta.ts';
import { createQuota } from './quota.ts';
import { catchUpSessions } from './session-book.ts';

type Opened = { readonly db: Connection; readonly report: OpenReport };

/** Opens the file, brings it up to date and, after an unclean stop, checks it. Throws AppErrors and what SQLite throws. */
export const openFile = (options: WorkerOptions): Opened => {
  const damagedKeptAs = options.keepAside ? keepAside(options) : null;
  prepare(options.file);
  const opened = open(options);
  return damagedKeptAs === null ? opened : { ...opened, report: { uncleanStop: true, damagedKeptAs } };
};

/** Only the user may read it; SQLite gives its side files the same mode. */
const prepare = (file: string): void => {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    accessSync(dirname(file), constants.R_OK | constants.W_OK | constants.X_OK);
    closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new AppError('STORAGE_FULL', { cause });
    throw new AppError('STORAGE_FAILED', {
      message: `The database ${basename(file)} cannot be opened for reading and writing (${code}).`,
      hint: 'Give your user the right to read and write the data folder and what is in it.',
      cause,
      retryable: false,
    });
  }
};

const open = (options: WorkerOptions): Opened => {
  const db = openConnection(options.file);
  try {
    refuseNewer(db, options.file);
    configure(db, options);
    migrate(db);
    const uncleanStop = getMeta(db, 'clean') === '0';
    if (uncleanStop) check(db);
    db.exec('BEGIN IMMEDIATE');
    if (uncleanStop) catchUpSessions(db, Number(getMeta(db, 'followed') ?? 0));
    setMeta(db, 'clean', '0');
    db.exec('COMMIT');
    return { db, report: { uncleanStop, damagedKeptAs: null } };
  } catch (error) {
    db.close();
    throw error;
  }
};

const refuseNewer = (db: Connection, file: string): void => {
  // No other process may have it: two connections can damage a WAL in this SQLite (3.45.1). Set before the first read.
  db.pragma('locking_mode = EXCLUSIVE');
  const version = Number(db.pragma('user_version'));
  if (version <= migrations.length) return;
  throw new AppError('STORAGE_FAILED', {
    message: `The database ${basename(file)} was written by a newer version of OpenClaw (its format is ${version}, this version knows ${migrations.length}).`,
    hint: 'Install the newer version again, or restore a backup made by this one.',
    retryable: false,
  });
};

const configure = (db: Connection, { fullFsync, maxDatabaseMb }: WorkerOptions): void => {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  if (fullFsync) db.pragma('fullfsync = ON');
  db.pragma('foreign_keys = ON');
  db.pragma('cache_size = -8192');
  db.pragma('temp_store = MEMORY');
  db.pragma('wal_autocheckpoint = 2000');
  db.pragma('journal_size_limit = 16777216');
  createQuota(db, maxDatabaseMb).enforce();
};

const migrate = (db: Connection): void => {
  for (let version = Number(db.pragma('user_version')); version < migrations.length; version++) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(migrations[version] ?? '');
      db.exec(`PRAGMA user_version = ${version + 1}`);
      db.exec('COMMIT');
    } catch (error) {
      if (db.inTransaction()) db.exec('ROLLBACK');
      throw error;
    }
  }
};

/** Table by table: all at once, SQLite would read the whole search index too (10 s in a million messages instead of 1.5). */
const check = (db: Connection): void => {
  for (const [table] of db.sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0").all([])) {
    const finding = db.pragma(`quick_check('${table}')`);
    if (finding !== 'ok') throw Object.assign(new Error(`quick_check: ${finding}`), { code: 'SQLITE_CORRUPT' });
  }
};

/** @returns the new name, in the same folder */
const keepAside = ({ file, openedAt }: WorkerOptions): string => {
  const name = `${basename(file)}.damaged-${new Date(openedAt).toISOString().replaceAll(':', '')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, join(dirname(file), name + suffix));
  }
  return name;
};
