import { diedTwice, noCounts } from '../channel-rows.ts';
import type { ChannelCounts, OutboxChanges, OutboxRow, Read, Write } from '../database.ts';
import type { Connection, SqlValue } from './connection.ts';
import { setMeta } from './meta.ts';
import { nullable, nullableNumber, oneAsJson, type Row, text } from './rows.ts';

type OutboxWrite = Extract<Write, { op: `outbox.${string}` }>;
type OutboxRead = Extract<Read, { op: `outbox.${string}` | 'channel.counts' }>;

export const writeOutbox = (db: Connection, write: OutboxWrite): number => {
  switch (write.op) {
    case 'outbox.put': {
      const { id, channel, lane, to, message, createdAt } = write.row;
      return Number(db.sql(insert).get([id, channel, lane, createdAt, JSON.stringify({ to, message })])?.[0]);
    }
    case 'outbox.update': {
      const names = changeNames.filter((name) => name in write.changes);
      const sql = `UPDATE outbox SET ${names.map((name) => `${columnOf[name]} = ?`).join(', ')} WHERE no = ? RETURNING channel`;
      const row = db.sql(sql).get([...names.map((name) => sqlValue(name, write.changes)), write.no]);
      if (!row) return 0;
      const { state, endedAt } = write.changes;
      if (state === 'sent') setMeta(db, `last.out.${text(row[0])}`, String(endedAt ?? 0));
      return 1;
    }
    case 'outbox.recover': {
      const { channel, idempotent, at } = write;
      const dead = idempotent ? 0 : db.sql(buryTwice).run([at, JSON.stringify(diedTwice), channel]);
      return dead + db.sql(recover).run([idempotent ? 0 : 1, channel]);
    }
    case 'outbox.again':
      return db.sql(again).run([write.channel, write.id]);
    case 'outbox.bury':
      return db.sql(bury).run([write.at, JSON.stringify(write.error), write.channel]);
    case 'outbox.restore': {
      const { no, id, channel, lane, to, message, createdAt, ...rest } = write.row;
      db.sql(restore).run([
        no,
        id,
        channel,
        lane,
        createdAt,
        JSON.stringify({ to, message }),
        ...changeNames.map((name) => sqlValue(name, rest)),
      ]);
      return 1;
    }
    case 'outbox.remove':
      return db.sql("DELETE FROM outbox WHERE channel = ? AND id = ? AND state = 'dead'").run([write.channel, write.id]);
  }
};

export const readOutbox = (db: Connection, read: OutboxRead): string => {
  switch (read.op) {
    case 'outbox.lanes':
      return JSON.stringify(
        db
          .sql(lanesSql)
          .all([read.channel])
          .map((row) => text(row[0])),
      );
    case 'outbox.ofLane':
      return JSON.stringify(db.sql(ofLaneSql).all([read.channel, read.lane, read.after, read.limit]).map(toRow));
    case 'outbox.list':
      return JSON.stringify(
        db
          .sql(listSql(read.dead))
          .all([read.channel, read.before ?? Number.MAX_SAFE_INTEGER, read.limit])
          .map(toRow),
      );
    case 'outbox.get':
      return oneAsJson(db.sql(`SELECT ${columns} FROM outbox WHERE id = ? AND channel = ?`).get([read.id, read.channel]), toRow);
    case 'channel.counts': {
      const counts: Record<string, ChannelCounts> = {};
      for (const [name, sql] of Object.entries(countSqls))
        for (const [channel, count] of db.sql(sql).all([]))
          counts[text(channel)] = { ...noCounts, ...counts[text(channel)], [name]: Number(count) };
      return JSON.stringify(counts);
    }
  }
};

const sqlValue = (name: keyof OutboxChanges, changes: OutboxChanges): SqlValue => {
  const value = changes[name] ?? null;
  if (name === 'error') return value === null ? null : JSON.stringify(value);
  return typeof value === 'boolean' ? Number(value) : value;
};

const toRow = (row: Row): OutboxRow => ({
  no: Number(row[0]),
  id: text(row[1]),
  channel: text(row[2]),
  lane: text(row[3]),
  state: text(row[4]) as OutboxRow['state'],
  attempts: Number(row[5]),
  nextAt: nullableNumber(row[6]),
  error: row[7] === null ? null : (JSON.parse(text(row[7])) as string),
  receiptId: nullable(row[8]),
  maybeDuplicate: Number(row[9]) === 1,
  createdAt: Number(row[10]),
  endedAt: nullableNumber(row[11]),
  ...(JSON.parse(text(row[12])) as Pick<OutboxRow, 'to' | 'message'>),
});

const columnOf = {
  state: 'state',
  attempts: 'attempts',
  nextAt: 'next_at',
  error: 'error',
  receiptId: 'receipt_id',
  maybeDuplicate: 'maybe_duplicate',
  endedAt: 'ended_at',
} as const satisfies Record<keyof OutboxChanges, string>;

const changeNames = Object.keys(columnOf) as (keyof OutboxChanges)[];
const restore = `INSERT INTO outbox (no, id, channel, lane, created_at, content, ${Object.values(columnOf).join(', ')})
  VALUES (?, ?, ?, ?, ?, ?${', ?'.repeat(changeNames.length)})`;
const columns = 'no, id, channel, lane, state, attempts, next_at, error, receipt_id, maybe_duplicate, created_at, ended_at, content';
const insert = "INSERT INTO outbox (id, channel, lane, state, created_at, content) VALUES (?, ?, ?, 'pending', ?, ?) RETURNING no";
const inflight = "channel = ? AND ended_at IS NULL AND state = 'inflight'";
const buryTwice = `UPDATE outbox SET state = 'dead', ended_at = ?, error = ? WHERE ${inflight} AND maybe_duplicate = 1`;
const recover = `UPDATE outbox SET state = 'pending', maybe_duplicate = max(maybe_duplicate, ?) WHERE ${inflight}`;
const bury = `UPDATE outbox SET state = 'dead', next_at = NULL, ended_at = ?, error = ? WHERE channel = ? AND ended_at IS NULL`;
const again = `UPDATE outbox SET state = 'pending', attempts = 0, next_at = NULL, ended_at = NULL
  WHERE channel = ? AND id = ? AND state = 'dead'`;
export const lanesSql = 'SELECT lane FROM outbox WHERE channel = ? AND ended_at IS NULL GROUP BY lane';
export const ofLaneSql = `SELECT ${columns} FROM outbox
  WHERE channel = ? AND lane = ? AND ended_at IS NULL AND no > ? ORDER BY no LIMIT ?`;
export const listSql = (dead: boolean): string =>
  `SELECT ${columns} FROM outbox WHERE channel = ? AND no < ?${dead ? " AND state = 'dead'" : ''} ORDER BY no DESC LIMIT ?`;
const lastSql = (key: 'last.in.' | 'last.out.'): string =>
  `SELECT substr(key, ${key.length + 1}), value FROM meta WHERE key >= '${key}' AND key < '${key.slice(0, -1)}/'`;
export const countSqls = {
  open: 'SELECT channel, count(*) FROM outbox WHERE ended_at IS NULL GROUP BY channel',
  dead: "SELECT channel, count(*) FROM outbox WHERE state = 'dead' GROUP BY channel",
  lastInAt: lastSql('last.in.'),
  lastOutAt: lastSql('last.out.'),
} as const satisfies Record<keyof ChannelCounts, string>;
