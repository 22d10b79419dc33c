import type { Database, Write } from '../storage/database.ts';
import type { SecretStore } from '../storage/secret-store.ts';

const metaForget = 'tokens.forget';

/**
 * The texts of tokens, in the secret store. Those of ended tokens are forgotten – some only when the undo is over –
 * and until that has happened the database names them, so that neither a crash nor a locked store keeps one for ever.
 */
export type TokenSecrets = {
  readonly keep: (id: string, secret: string) => Promise<void>;
  readonly get: (id: string) => Promise<string | null>;
  /** Names them as to be forgotten; goes into the commit that ends them. */
  readonly condemn: (ids: readonly string[]) => Write;
  readonly spare: (ids: readonly string[]) => Write;
  readonly condemned: () => readonly string[];
  /** Forgets those of them that are condemned. What the store does not do now is done at the next start. */
  readonly forget: (ids: readonly string[]) => Promise<void>;
  /** Resolves when all that was begun has ended. */
  readonly settled: () => Promise<void>;
};

export const openTokenSecrets = async (database: Database, secrets: SecretStore): Promise<TokenSecrets> => {
  const condemned = new Set(((await database.read({ op: 'meta.get', key: metaForget })) ?? '').split(' ').filter(Boolean));
  const underWay = new Set<Promise<void>>();
  const names = (): Write => ({ op: 'meta.set', key: metaForget, value: condemned.size === 0 ? null : [...condemned].join(' ') });

  const forget = async (ids: readonly string[]): Promise<void> => {
    const due = ids.filter((id) => condemned.has(id));
    if (due.length === 0) return;
    for (const id of due) {
      await secrets.delete(secretName(id)).then(
        () => condemned.delete(id),
        () => undefined,
      );
    }
    // Named once too often: it is only looked for once more.
    await database.write([names()]).catch(() => undefined);
  };

  return {
    keep: (id, secret) => secrets.set(secretName(id), secret),
    get: (id) => secrets.get(secretName(id)),
    condemn: (ids) => {
      for (const id of ids) condemned.add(id);
      return names();
    },
    spare: (ids) => {
      for (const id of ids) condemned.delete(id);
      return names();
    },
    condemned: () => [...condemned],
    forget: (ids) => {
      const work = forget(ids);
      underWay.add(work);
      return work.finally(() => underWay.delete(work));
    },
    settled: async () => {
      await Promise.allSettled(underWay);
    },
  };
};

const secretName = (id: string): string => `token:${id}`;
