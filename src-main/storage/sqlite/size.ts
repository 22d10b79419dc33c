import { statSync } from 'node:fs';
import type { Connection } from './connection.ts';

/** Bytes of the database file and of its write-ahead log. */
export const sizeOf = (db: Connection, file: string): number =>
  pages(db, 'page_count') * pages(db, 'page_size') + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0);

/** Bytes of pages in use: those that were freed are written to again before the file grows. */
export const usedOf = (db: Connection): number => (pages(db, 'page_count') - pages(db, 'freelist_count')) * pages(db, 'page_size');

const pages = (db: Connection, pragma: 'page_count' | 'page_size' | 'freelist_count'): number => Number(db.pragma(pragma));
