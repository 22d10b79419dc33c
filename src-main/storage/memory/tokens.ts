import { AppError } from '../../../src-shared/app-error.ts';
import type { TokenRow, Write } from '../database.ts';
import { clash, type Tables } from './tables.ts';

type TokenWrite = Extract<Write, { op: `token.${string}` }>;

export const writeToken = (tables: Tables, write: TokenWrite): number | null => {
  switch (write.op) {
    case 'token.insert':
      if (tables.tokens.has(write.token.id)) throw clash();
      tables.tokens.set(write.token.id, write.token);
      return null;
    case 'token.revoke': {
      const token = tokenOf(tables, write.id);
      tables.tokens.set(write.id, { ...token, revokedAt: token.revokedAt ?? write.at });
      return null;
    }
    case 'token.restore': {
      const token = tokenOf(tables, write.id);
      if (token.revokedAt === write.revokedAt) tables.tokens.set(write.id, { ...token, revokedAt: null });
      return null;
    }
    case 'token.revokeAll': {
      const valid = [...tables.tokens.values()].filter((token) => token.revokedAt === null);
      for (const token of valid) tables.tokens.set(token.id, { ...token, revokedAt: write.at });
      return valid.length;
    }
    case 'token.used':
      for (const { id, requests, at, address } of write.uses) {
        const token = tables.tokens.get(id);
        if (token) tables.tokens.set(id, { ...token, requests: token.requests + requests, lastUsedAt: at, lastAddress: address });
      }
      return null;
    case 'token.prune': {
      const expired = [...tables.tokens.values()].filter((token) => token.expiresAt < write.expiredBefore);
      for (const token of expired) tables.tokens.delete(token.id);
      return expired.length;
    }
  }
};

const tokenOf = (tables: Tables, id: string): TokenRow => {
  const token = tables.tokens.get(id);
  if (!token) throw new AppError('TOKEN_UNKNOWN');
  return token;
};

export const listTokens = (tables: Tables): readonly TokenRow[] =>
  [...tables.tokens.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
