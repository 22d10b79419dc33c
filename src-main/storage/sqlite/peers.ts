import { askedAt } from '../channel-rows.ts';
import type { Read, Write } from '../database.ts';
import type { Connection } from './connection.ts';
import { nullable, text } from './rows.ts';

type PeerWrite = Extract<Write, { op: `peer.${string}` | 'pluginState.set' }>;
type PeerRead = Extract<Read, { op: `peer.${string}` | 'pluginState.get' }>;

/** Whom a channel knows, and what its plugin remembers. */
export const writePeer = (db: Connection, write: PeerWrite): number | null => {
  switch (write.op) {
    case 'peer.put': {
      const { peer } = write;
      db.sql('REPLACE INTO peers (channel, id, asked_at, peer) VALUES (?, ?, ?, ?)').run([
        peer.channel,
        peer.id,
        askedAt(peer),
        JSON.stringify(peer),
      ]);
      return null;
    }
    case 'peer.remove':
      db.sql('DELETE FROM peers WHERE channel = ? AND id = ?').run([write.channel, write.id]);
      return null;
    case 'pluginState.set':
      return setState(db, write);
  }
};

/** Peers and values are JSON already. */
export const readPeers = (db: Connection, read: PeerRead): string => {
  switch (read.op) {
    case 'peer.get':
      return nullable(db.sql('SELECT peer FROM peers WHERE channel = ? AND id = ?').get([read.channel, read.id])?.[0]) ?? 'null';
    case 'peer.list':
      return `[${db
        .sql(peersSql)
        .all([read.channel, read.after, read.limit])
        .map((row) => text(row[0]))
        .join(',')}]`;
    case 'pluginState.get':
      return JSON.stringify(
        nullable(db.sql('SELECT value FROM plugin_state WHERE channel = ? AND key = ?').get([read.channel, read.key])?.[0]),
      );
  }
};

const setState = (db: Connection, { channel, key, value, most }: Extract<PeerWrite, { op: 'pluginState.set' }>): number => {
  if (value === null) {
    db.sql('DELETE FROM plugin_state WHERE channel = ? AND key = ?').run([channel, key]);
    return 1;
  }
  const others = Number(db.sql(othersSql).get([channel, key])?.[0]);
  if (others + key.length + value.length > most) return 0;
  db.sql('REPLACE INTO plugin_state (channel, key, value) VALUES (?, ?, ?)').run([channel, key, value]);
  return 1;
};

export const peersSql = 'SELECT peer FROM peers WHERE channel = ? AND id > ? ORDER BY id LIMIT ?';
const othersSql = 'SELECT coalesce(sum(length(key) + length(value)), 0) FROM plugin_state WHERE channel = ? AND key <> ?';
