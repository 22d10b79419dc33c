import type { TokenRow } from '../database.ts';
import type { Connection } from './connection.ts';
import { nullable, nullableNumber, type Row, text } from './rows.ts';

export const readTokens = (db: Connection): string =>
  JSON.stringify(db.sql('SELECT * FROM tokens ORDER BY created_at DESC, id DESC').all([]).map(token));

const token = (row: Row): TokenRow => ({
  id: text(row[0]),
  name: text(row[1]),
  kind: text(row[2]) as TokenRow['kind'],
  scopes: text(row[3]).split(' ').filter(Boolean) as unknown as TokenRow['scopes'],
  createdAt: Number(row[4]),
  expiresAt: Number(row[5]),
  revokedAt: nullableNumber(row[6]),
  lastUsedAt: nullableNumber(row[7]),
  requests: Number(row[8]),
  lastAddress: nullable(row[9]),
  keyHash: nullable(row[10]),
  parentId: nullable(row[11]),
});
