import type { DurableEvent } from '../../../src-shared/contract/events.ts';
import { createSearchTable } from '../migrations/search-table.ts';
import { matchesText, mayMatch, parseSearch, type SearchQuery, searchableText, searchTokens, toMatchExpression } from '../search-text.ts';
import type { Connection } from './connection.ts';
import { sqliteCode } from './failures.ts';
import { getMeta, setMeta } from './meta.ts';

/**
 * Indexing a message takes some 100 µs, more than storing it, and far more in small commits. So the index follows
 * the event log in batches when there is time; what it has not reached yet is searched by reading it.
 */
export type SearchIndex = {
  /** Event ids that match, newest first, all below `before`. */
  readonly search: (query: { ownerId: string | null; text: string; before: number | null; limit: number }) => readonly number[];
  /** Events not indexed yet; `lastEvent` is the newest id. */
  readonly backlog: (lastEvent: number) => number;
  /** Indexes the next events up to `lastEvent`, at most about `maxChars` of text; to be run in a transaction. Returns the new mark. */
  readonly follow: (lastEvent: number, maxChars: number) => number;
  /** The transaction of `follow` stands. */
  readonly followed: (mark: number) => void;
  /** Merges some 10 ms' worth of small pieces of the index; false if there was nothing to merge. */
  readonly tidy: () => boolean;
  /** After damage: an empty index, to be filled again; to be run in a transaction. */
  readonly reset: () => void;
};

export const createSearchIndex = (db: Connection): SearchIndex => {
  let mark = Number(getMeta(db, 'followed') ?? 0);

  /** Reads what is past the mark, newest first. */
  const searchTail = (query: SearchQuery, ownerId: string | null, before: number, limit: number): number[] => {
    const hits: number[] = [];
    let below = before;
    while (hits.length < limit) {
      const rows = db.sql(tailSql).all([mark, below, ownerId, ownerId, tailPage]);
      for (const [id, event] of rows) {
        below = Number(id);
        if (!mayMatch(query, String(event))) continue;
        const text = searchableText(JSON.parse(String(event)) as DurableEvent);
        if (text !== null && hits.length < limit && matchesText(query, text)) hits.push(below);
      }
      if (rows.length < tailPage) break;
    }
    return hits;
  };

  const searchIndexed = (query: SearchQuery, ownerId: string | null, before: number, limit: number): number[] => {
    const owner = ownerId === null ? '' : ` AND owner : "${ownerToken(ownerId)}"`;
    const expression = toMatchExpression(query) + owner;
    const page = (below: number, size: number) =>
      db
        .sql(indexSql)
        .all([expression, below, size])
        .map(([id]) => Number(id));
    if (!db.sql('SELECT 1 FROM sessions WHERE deleted_at IS NOT NULL LIMIT 1').get([])) return page(before, limit);
    // The index still has what deleted sessions said: they are sieved out, page by page.
    const hits: number[] = [];
    let below = before;
    for (let size = limit; hits.length < limit; size = Math.min(2 * size, sievePage)) {
      const ids = page(below, size);
      hits.push(...ids.filter((id) => db.sql(shownSql).get([id])));
      below = ids.at(-1) ?? 0;
      if (ids.length < size) break;
    }
    return hits.slice(0, limit);
  };

  return {
    search: ({ ownerId, text, before, limit }) => {
      const query = parseSearch(text);
      if (!query) return [];
      const below = before ?? Number.MAX_SAFE_INTEGER;
      const tail = searchTail(query, ownerId, below, limit);
      return tail.length === limit ? tail : [...tail, ...searchIndexed(query, ownerId, below, limit - tail.length)];
    },
    backlog: (lastEvent) => lastEvent - mark,
    follow: (lastEvent, maxChars) => {
      let chars = 0;
      let last = mark;
      const rows = db.sql(nextSql).all([mark, batch]);
      for (const [id, ownerId, event] of rows) {
        if (chars > maxChars) break;
        last = Number(id);
        const text = searchableText(JSON.parse(String(event)) as DurableEvent);
        if (text === null) continue;
        const tokens = searchTokens(text);
        db.sql('INSERT INTO search (rowid, words, chars, owner) VALUES (?, ?, ?, ?)').run([
          last,
          tokens.words,
          tokens.chars,
          ownerToken(String(ownerId)),
        ]);
        chars += text.length;
      }
      // The newest ids may stand for nothing: their write failed, or they were purged before their turn came.
      if (rows.length < batch && last === Number(rows.at(-1)?.[0] ?? mark)) last = lastEvent;
      setMeta(db, 'followed', String(last));
      return last;
    },
    followed: (reached) => {
      mark = reached;
    },
    tidy: () => {
      const before = totalChanges(db);
      db.exec("INSERT INTO search (search, rank) VALUES ('merge', 64)");
      // The command itself counts as one change.
      return totalChanges(db) - before > 1;
    },
    reset: () => {
      db.exec(`${emptySearchTable} DROP TABLE search; ${createSearchTable}`);
      setMeta(db, 'followed', '0');
    },
  };
};

const totalChanges = (db: Connection): number => Number(db.sql('SELECT total_changes()').get([])?.[0]);

export const isIndexDamage = (thrown: unknown): boolean => sqliteCode(thrown) === 'SQLITE_CORRUPT_VTAB';

/** Owners stand in the index as a token of their own: else a search of one with few messages would wade through everyone's. */
const ownerToken = (ownerId: string): string => `o${Buffer.from(ownerId).toString('hex')}`;

const tailPage = 500;
/**
 * A table whose first record cannot be read cannot even be dropped, so it gets an empty one's. It lies at 10:
 * https://sqlite.org/fts5.html, "FTS5 Data Structures".
 */
const emptySearchTable = `${createSearchTable.replaceAll('search', 'spare')};
  INSERT OR REPLACE INTO search_data SELECT id, block FROM spare_data WHERE id = 10; DROP TABLE spare;`;

const sievePage = 1_000;
const batch = 256;
const tailSql = `SELECT events.id, events.event FROM events JOIN sessions ON sessions.no = events.session
  WHERE events.id > ? AND events.id < ? AND (? IS NULL OR sessions.owner_id = ?) AND sessions.hidden = 0 AND sessions.deleted_at IS NULL
  ORDER BY events.id DESC LIMIT ?`;
const shownSql = `SELECT 1 FROM events JOIN sessions ON sessions.no = events.session
  WHERE events.id = ? AND sessions.deleted_at IS NULL`;
// Numbers arrive as REAL, and FTS5 ignores a bound on rowid that is not an INTEGER.
// By rowid, not by rank: ranking has to score every match (547 ms in a million).
const indexSql = 'SELECT rowid FROM search WHERE search MATCH ? AND rowid < CAST(? AS INTEGER) ORDER BY rowid DESC LIMIT ?';
const nextSql = `SELECT events.id, sessions.owner_id, events.event FROM events JOIN sessions ON sessions.no = events.session
  WHERE events.id > ? AND sessions.hidden = 0 ORDER BY events.id LIMIT ?`;
