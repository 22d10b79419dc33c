import type { AppError } from '../../../src-shared/app-error.ts';
import type { OpenReport, Read } from '../database.ts';
import type { PackedWrite, WorkerOptions } from '../worker-protocol.ts';
import { explain, isDamage } from './failures.ts';
import { setMeta } from './meta.ts';
import { openFile } from './open-file.ts';
import { createQuota } from './quota.ts';
import { createReader } from './reader.ts';
import { createSearchIndex, isIndexDamage } from './search-index.ts';
import { createSessionBook } from './session-book.ts';
import { type CallResult, createWriter } from './writer.ts';

/** The database without the thread: everything here runs at once and to the end. */
export type Store = {
  readonly report: OpenReport;
  readonly applyGroup: (calls: readonly (readonly PackedWrite[])[]) => readonly CallResult[];
  /** The result as JSON. Throws. */
  readonly read: (read: Read) => string;
  /** Lets index and sessions follow the event log for some 10 ms. Returns whether there is more to do; never throws. */
  readonly follow: () => boolean;
  /** How many events wait for `follow`. */
  readonly backlog: () => number;
  readonly close: () => void;
};

/**
 * The file is not what it should be: open again with `keepAside`, in another thread, because the driver lets go of
 * a file only when its statements are collected, and Windows renames no open file.
 */
export class Damaged extends Error {}

/** Throws AppErrors and `Damaged`. */
export const openStore = (options: WorkerOptions): Store => {
  try {
    return open(options);
  } catch (error) {
    if (isDamage(error) && !options.keepAside) throw new Damaged('the database file is damaged', { cause: error });
    throw explain(error, options.file);
  }
};

const open = (options: WorkerOptions): Store => {
  const { db, report } = openFile(options);
  const book = createSessionBook(db);
  const index = createSearchIndex(db);
  const writer = createWriter(db, book, createQuota(db, options.maxDatabaseMb));
  const readRow = createReader(db, options.file, book, index);
  let damaged = false;

  const explained = (error: unknown): AppError => {
    damaged ||= isDamage(error);
    return explain(error, options.file);
  };

  const inTransaction = <T>(work: () => T): T => {
    db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      book.store();
      db.exec('COMMIT');
      book.committed();
      return result;
    } catch (error) {
      if (db.inTransaction()) db.exec('ROLLBACK');
      book.rolledBack();
      throw error;
    }
  };

  /** The index can be made anew from the events, so its damage is no loss. */
  const renewIndex = (): void => {
    inTransaction(index.reset);
    index.followed(0);
  };

  const mendingIndex = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!isIndexDamage(error)) throw error;
      renewIndex();
      return work();
    }
  };

  /** A purge takes out of the index too. */
  const mended = (result: CallResult, call: readonly PackedWrite[]): CallResult => {
    if (!('error' in result) || !isIndexDamage(result.error)) return result;
    try {
      renewIndex();
      return writer.applyGroup([call])[0] ?? result;
    } catch (error) {
      return { error };
    }
  };

  return {
    report,
    applyGroup: (calls) =>
      writer
        .applyGroup(calls)
        .map((result, i) => mended(result, calls[i] ?? []))
        .map((result) => ('error' in result ? { error: explained(result.error) } : result)),
    read: (read) => {
      try {
        if (read.op === 'session.list' && book.lagCount() > 0) inTransaction(() => undefined);
        return read.op === 'event.search' ? mendingIndex(() => readRow(read)) : readRow(read);
      } catch (error) {
        throw explained(error);
      }
    },
    follow: () => {
      try {
        if (index.backlog(writer.lastEvent()) === 0) return index.tidy();
        index.followed(mendingIndex(() => inTransaction(() => index.follow(writer.lastEvent(), followChars))));
        return true;
      } catch (error) {
        // Nobody asked for this, and nothing is lost: it is tried again after the next write.
        explained(error);
        return false;
      }
    },
    backlog: () => index.backlog(writer.lastEvent()),
    close: () => {
      try {
        if (book.lagCount() > 0) inTransaction(() => undefined);
        // A stop after damage is not clean: the next start has to check.
        if (!damaged) inTransaction(() => setMeta(db, 'clean', '1'));
        // Moves all into the one file and lets go of it now, not when the driver's statements are collected.
        db.pragma('journal_mode = DELETE');
        db.pragma('locking_mode = NORMAL');
        db.pragma('user_version');
      } catch (error) {
        throw explained(error);
      } finally {
        db.close();
      }
    },
  };
};

/** Text indexed at once: some 10 ms. */
const followChars = 8_192;
