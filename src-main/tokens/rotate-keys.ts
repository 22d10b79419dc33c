import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Database } from '../storage/database.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { replaceSigningKey } from './signing-key.ts';
import { openTokenSecrets } from './token-secrets.ts';

/**
 * With the gateway down: a new signing key, and an end to every token. Needs no old key, so it is also the repair
 * for a lost one. @returns how many tokens ended
 */
export const rotateKeys = async (ports: {
  readonly database: Database;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}): Promise<number> => {
  const { database } = ports;
  await replaceSigningKey(database, ports.secrets, ports.randomBytes);
  const secrets = await openTokenSecrets(database, ports.secrets);
  const alive = (await database.read({ op: 'token.list' })).filter(({ revokedAt }) => revokedAt === null);
  await database.write([{ op: 'token.revokeAll', at: ports.clock.now() }, secrets.condemn(alive.map(({ id }) => id))]);
  await secrets.forget(secrets.condemned());
  return alive.length;
};
