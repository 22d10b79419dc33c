import type { Connection } from './connection.ts';

/**
 * Keys of ours: `clean` (1 after a clean stop), `followed` (id of the last event that index and sessions know),
 * `last.in.<channel>` and `last.out.<channel>` (when a channel last heard and last sent something).
 */
export type OwnKey = 'clean' | 'followed' | `last.${'in' | 'out'}.${string}`;

/** Keys of the features live under a prefix, so that they cannot meet ours. */
export const appKey = (key: string): `app.${string}` => `app.${key}`;

export const getMeta = (db: Connection, key: OwnKey | `app.${string}`): string | null => {
  const value = db.sql('SELECT value FROM meta WHERE key = ?').get([key])?.[0];
  return typeof value === 'string' ? value : null;
};

/** Null removes it. */
export const setMeta = (db: Connection, key: OwnKey | `app.${string}`, value: string | null): void => {
  if (value === null) db.sql('DELETE FROM meta WHERE key = ?').run([key]);
  else db.sql('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run([key, value]);
};
