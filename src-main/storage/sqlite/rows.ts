import type { SqlValue } from './connection.ts';

/** A row as the driver gives it, and its columns as ours. */
export type Row = readonly SqlValue[];

export const text = (value: SqlValue | undefined): string => String(value);
export const nullable = (value: SqlValue | undefined): string | null => (value === null || value === undefined ? null : String(value));
export const nullableNumber = (value: SqlValue | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

/** One row as JSON, or null. */
export const oneAsJson = <T>(row: Row | undefined, map: (row: Row) => T): string => JSON.stringify(row ? map(row) : null);
