import type { Purged, Write } from '../database.ts';
import type { Connection } from './connection.ts';

export const purgeChannels = (db: Connection, { endedBefore, limit }: Extract<Write, { op: 'channel.purge' }>): Purged => {
  let gone = 0;
  for (const sql of channelPieces) gone += db.sql(sql).run([endedBefore, limit - gone]);
  return { gone, more: gone === limit };
};

export const channelPieces = [
  'DELETE FROM inbox WHERE no IN (SELECT no FROM inbox WHERE ended_at < ? ORDER BY ended_at LIMIT ?)',
  "DELETE FROM outbox WHERE no IN (SELECT no FROM outbox WHERE state = 'sent' AND ended_at < ? ORDER BY ended_at LIMIT ?)",
  'DELETE FROM peers WHERE (channel, id) IN (SELECT channel, id FROM peers WHERE asked_at < ? ORDER BY asked_at LIMIT ?)',
] as const;
