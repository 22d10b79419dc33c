import type { PackedWrite } from '../worker-protocol.ts';
import type { Connection } from './connection.ts';

/** How large the database may grow. */
export type Quota = {
  readonly enforce: () => void;
  /** Runs work that frees pages with some more room: taking rows out may split a page or add to the search index first. */
  readonly lend: <T>(work: () => T) => T;
};

/** @param maxMb null: as large as SQLite can */
export const createQuota = (db: Connection, maxMb: number | null): Quota => {
  if (maxMb === null) return { enforce: () => undefined, lend: (work) => work() };
  const most = Math.floor((maxMb * 1024 * 1024) / Number(db.pragma('page_size')));
  const enforce = (): void => {
    db.pragma(`max_page_count = ${most}`);
  };
  return {
    enforce,
    lend: (work) => {
      db.pragma(`max_page_count = ${most + lentPages}`);
      try {
        return work();
      } finally {
        // Where the file has grown meanwhile, SQLite takes its size for the limit; what is freed is used first.
        enforce();
      }
    },
  };
};

/** 4 MB. */
const lentPages = 1024;

/** Writes by which one gets below the quota again, or shuts someone out. */
export const isFreeing = ({ op }: PackedWrite): boolean => freeing.has(op);

const freeing: ReadonlySet<PackedWrite['op']> = new Set<PackedWrite['op']>([
  'session.delete',
  'session.purge',
  'batch.cancelWaiting',
  'batch.delete',
  'batch.purge',
  'channel.purge',
  'outbox.remove',
  'token.revoke',
  'token.revokeAll',
  'token.prune',
]);
