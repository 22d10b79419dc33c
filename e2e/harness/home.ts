import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareEnv } from './child.ts';

/** A user of their own: an empty HOME with an OPENCLAW_HOME in it. */
export type Home = {
  readonly dir: string;
  readonly env: (more?: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
  /** Writes config.json; a string is written as it stands. */
  readonly configure: (config: unknown) => void;
  readonly remove: () => void;
};

/** @param folder `openclaw` is the usual place, whose entries in the keychain all tests share; any other name has its own */
export const createHome = (folder = 'openclaw'): Home => {
  const user = mkdtempSync(join(tmpdir(), 'openclaw-e2e-'));
  const dir = join(user, folder);
  return {
    dir,
    env: (more = {}) => bareEnv({ HOME: user, XDG_CONFIG_HOME: join(user, '.config'), OPENCLAW_HOME: dir, ...more }),
    configure: (config) => {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      writeFileSync(join(dir, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config, null, 2), { mode: 0o600 });
    },
    remove: () => rmSync(user, { recursive: true, force: true, maxRetries: 5 }),
  };
};

/** Both agents on one OpenAI-compatible server, as the example of the contract has it. */
export const configFor = (upstreamUrl: string) => ({
  models: { local: { provider: 'openai-compatible', baseUrl: upstreamUrl, model: 'scripted' } },
  agents: { main: { model: 'local' }, 'dev-coder': { model: 'local' } },
});
