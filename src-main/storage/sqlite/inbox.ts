import { AppError } from '../../../src-shared/app-error.ts';
import type { InboxRow, Read, Write } from '../database.ts';
import type { Connection } from './connection.ts';
import { setMeta } from './meta.ts';
import { oneAsJson, type Row, text } from './rows.ts';

type InboxWrite = Extract<Write, { op: `inbox.${string}` }>;
type InboxRead = Extract<Read, { op: `inbox.${string}` }>;

export const writeInbox = (db: Connection, write: InboxWrite): number | null => {
  switch (write.op) {
    case 'inbox.put': {
      const { channel, account, conversation, heardAt, message } = write.row;
      const row = db.sql(insert).get([channel, account, conversation, message.id, heardAt, JSON.stringify(message)]);
      if (!row) return 0;
      setMeta(db, `last.in.${channel}`, String(heardAt));
      return Number(row[0]);
    }
    case 'inbox.end':
      if (db.sql(end).run([write.at, write.outcome, write.no]) === 0) throw new AppError('MESSAGE_UNKNOWN');
      return null;
  }
};

export const readInbox = (db: Connection, read: InboxRead): string => {
  switch (read.op) {
    case 'inbox.waiting':
      return JSON.stringify(db.sql(waitingSql).all([read.channel, read.after, read.limit]).map(toRow));
    case 'inbox.count':
      return JSON.stringify(Number(db.sql(countSql).get([read.channel, read.most])?.[0]));
    case 'inbox.get':
      return oneAsJson(db.sql(`SELECT ${columns} FROM inbox WHERE no = ? AND ended_at IS NULL`).get([read.no]), toRow);
  }
};

const toRow = (row: Row): InboxRow => ({
  no: Number(row[0]),
  channel: text(row[1]),
  account: text(row[2]),
  conversation: text(row[3]),
  heardAt: Number(row[4]),
  message: JSON.parse(text(row[5])) as InboxRow['message'],
});

const columns = 'no, channel, account, conversation, heard_at, message';
export const waitingSql = `SELECT ${columns} FROM inbox WHERE channel = ? AND ended_at IS NULL AND no > ? ORDER BY no LIMIT ?`;
export const countSql = 'SELECT count(*) FROM (SELECT 1 FROM inbox WHERE channel = ? AND ended_at IS NULL LIMIT ?)';
const insert = `INSERT INTO inbox (channel, account, conversation, message_id, heard_at, message) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING RETURNING no`;
const end = 'UPDATE inbox SET ended_at = ?, outcome = ?, message = NULL WHERE no = ? AND ended_at IS NULL';
