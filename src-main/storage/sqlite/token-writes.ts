import { AppError } from '../../../src-shared/app-error.ts';
import type { Write } from '../database.ts';
import type { Connection } from './connection.ts';

type TokenWrite = Extract<Write, { op: `token.${string}` }>;

/** @returns how many tokens, for those writes that say so */
export const writeToken = (db: Connection, write: TokenWrite): number | null => {
  switch (write.op) {
    case 'token.insert': {
      const t = write.token;
      db.sql('INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run([
        t.id,
        t.name,
        t.kind,
        t.scopes.join(' '),
        t.createdAt,
        t.expiresAt,
        t.revokedAt,
        t.lastUsedAt,
        t.requests,
        t.lastAddress,
        t.keyHash,
        t.parentId,
      ]);
      return null;
    }
    case 'token.revoke':
      if (db.sql('UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?').run([write.at, write.id]) === 0) {
        throw new AppError('TOKEN_UNKNOWN');
      }
      return null;
    case 'token.restore':
      if (!db.sql('SELECT 1 FROM tokens WHERE id = ?').get([write.id])) throw new AppError('TOKEN_UNKNOWN');
      db.sql('UPDATE tokens SET revoked_at = NULL WHERE id = ? AND revoked_at = ?').run([write.id, write.revokedAt]);
      return null;
    case 'token.revokeAll':
      return db.sql('UPDATE tokens SET revoked_at = ? WHERE revoked_at IS NULL').run([write.at]);
    case 'token.used':
      for (const { id, requests, at, address } of write.uses) {
        db.sql('UPDATE tokens SET requests = requests + ?, last_used_at = ?, last_address = ? WHERE id = ?').run([
          requests,
          at,
          address,
          id,
        ]);
      }
      return null;
    case 'token.prune':
      return db.sql('DELETE FROM tokens WHERE expires_at < ?').run([write.expiredBefore]);
  }
};
