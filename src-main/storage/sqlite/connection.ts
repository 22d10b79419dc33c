import Libsql from 'libsql';

/**
 * What SQLite stores and gives back. Booleans are left out on purpose: the driver aborts the process on one. It
 * binds numbers as REAL (INTEGER columns take them as integers), and a text with a NUL comes back cut there, so
 * texts from outside that must be whole are stored as JSON.
 */
export type SqlValue = string | number | null;

export type Statement = {
  /** @returns how many rows it changed */
  readonly run: (values: readonly SqlValue[]) => number;
  readonly get: (values: readonly SqlValue[]) => readonly SqlValue[] | undefined;
  readonly all: (values: readonly SqlValue[]) => readonly (readonly SqlValue[])[];
};

/** The one connection to the database. The driver stands behind it, so that `node:sqlite` can take its place one day. */
export type Connection = {
  /** Runs SQL without values; may be several statements. */
  readonly exec: (sql: string) => void;
  /** Prepares once per text and then from a cache: for SQL that is a constant. */
  readonly sql: (text: string) => Statement;
  /** The first column of the first row. */
  readonly pragma: (text: string) => SqlValue;
  readonly inTransaction: () => boolean;
  readonly close: () => void;
};

/** Errors carry SQLite's name in `code` (`SQLITE_FULL`). */
export const openConnection = (file: string): Connection => {
  const db = new Libsql(file, { timeout: 2_000 });
  const statements = new Map<string, Statement>();
  return {
    exec: (sql) => {
      db.exec(sql);
    },
    sql: (text) => {
      const known = statements.get(text);
      if (known) return known;
      const statement = prepare(db, text);
      statements.set(text, statement);
      return statement;
    },
    pragma: (text) => {
      const row = (db.pragma(text) as readonly Readonly<Record<string, SqlValue>>[])[0];
      return row ? (Object.values(row)[0] ?? null) : null;
    },
    inTransaction: () => db.inTransaction,
    close: () => {
      statements.clear();
      db.close();
    },
  };
};

const prepare = (db: InstanceType<typeof Libsql>, text: string): Statement => {
  const statement = db.prepare(text);
  if (statement.reader) statement.raw();
  // One array, not a list of values: the driver flattens lists, and takes a lone null for named values.
  return {
    run: (values) => statement.run(values as unknown[]).changes,
    get: (values) => statement.get(values as unknown[]) as readonly SqlValue[] | undefined,
    all: (values) => statement.all(values as unknown[]) as readonly (readonly SqlValue[])[],
  };
};
