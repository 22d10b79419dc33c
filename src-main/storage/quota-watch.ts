import type { Logger } from 'pino';
import type { Database } from './database.ts';

/** Says in good time that the database nears `retention.maxDatabaseMb`. */
export type QuotaWatch = {
  /** For `/status`; null while there is room. */
  readonly warning: () => string | null;
  /** Looks how much is in use; the first time that it is much, the log says so. */
  readonly look: () => Promise<void>;
};

const much = 0.9;

export const createQuotaWatch = (ports: {
  readonly database: Database;
  readonly log: Logger;
  readonly maxMb: number | undefined;
}): QuotaWatch => {
  const { database, log, maxMb } = ports;
  let warning: string | null = null;
  return {
    warning: () => warning,
    look: async () => {
      if (maxMb === undefined) return;
      const share = (await database.read({ op: 'storage.used' })) / (maxMb * 1024 * 1024);
      const before = warning;
      warning = share < much ? null : words(share, maxMb);
      if (warning !== null && before === null) log.warn({ source: 'storage' }, warning);
    },
  };
};

const words = (share: number, maxMb: number): string =>
  `The database uses ${Math.floor(share * 100)} % of retention.maxDatabaseMb (${maxMb} MB); at 100 % new messages are refused. ` +
  'Delete sessions, set retention.days so that old ones go by themselves, or raise the limit.';
