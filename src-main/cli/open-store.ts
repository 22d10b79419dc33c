import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { AppError } from '../../src-shared/app-error.ts';
import { systemClock } from '../clock.ts';
import { locateHome, prepareHome } from '../home.ts';
import type { Database } from '../storage/database.ts';
import { openSecretStore } from '../storage/open-secret-store.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { openWorkerDatabase } from '../storage/worker-database.ts';
import { rememberedBackend } from '../tokens/signing-key.ts';
import type { CliPorts } from './run-cli.ts';

/**
 * For commands that work with the gateway down: straight on its database and secret store.
 *
 * @param backend `remembered`: the one the database names, or an error; null: whichever there is now (the repair for a lost key)
 */
export const withStore = async <T>(
  { env, stderr }: CliPorts,
  backend: 'remembered' | null,
  use: (database: Database, secrets: SecretStore) => Promise<T>,
): Promise<T> => {
  const home = locateHome(env);
  prepareHome(home);
  const { database, report } = await openWorkerDatabase({ file: home.database, now: systemClock.now });
  try {
    if (report.damagedKeptAs !== null) stderr.write(`openclaw: the database was damaged; it is kept as ${report.damagedKeptAs}\n`);
    const remembered = backend === null ? null : await rememberedBackend(database);
    const log = pino({ level: 'silent' });
    const secrets = await openSecretStore({ home: home.root, env, remembered, log, randomBytes });
    if (secrets.warning !== null) stderr.write(`openclaw: ${secrets.warning}\n`);
    return await use(database, secrets);
  } catch (error) {
    throw AppError.from(error);
  } finally {
    await database.close();
  }
};
