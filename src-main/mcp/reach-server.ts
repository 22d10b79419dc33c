import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { McpServerConfig } from '../../src-shared/contract/config.ts';
import { keychainReference, looksLikeSecret } from '../../src-shared/looks-like-secret.ts';
import { fillFromKeychain } from '../fill-from-keychain.ts';
import type { ReachedServer } from './mcp-session.ts';

export type ReachPorts = {
  /** The environment that every program gets: nothing of the gateway's own. */
  readonly env: Readonly<Record<string, string>>;
  readonly loginPath: () => Promise<string>;
  /** An entry of the keychain, as `openclaw config set-key` puts it there. */
  readonly getKey: (name: string) => Promise<string | null>;
};

/** The configuration of a server with its secrets filled in. Rejects with words where one is missing. */
export const reachServer = async (config: McpServerConfig, ports: ReachPorts): Promise<ReachedServer> => {
  const filled = async (values: Readonly<Record<string, string>> = {}): Promise<Record<string, string>> => ({
    ...(await fillFromKeychain(values, ports.getKey)).filled,
  });
  if (config.url !== undefined) return { kind: 'http', url: config.url, headers: await filled(config.headers) };
  if (config.command === undefined) throw new Error('It has neither a command nor a url.');
  const home = ports.env.HOME ?? ports.env.USERPROFILE ?? homedir();
  const path = await ports.loginPath();
  return {
    kind: 'stdio',
    argv: [config.command, ...(config.args ?? [])],
    env: { ...ports.env, ...(path === '' ? {} : { PATH: path }), ...(await filled(config.env)) },
    cwd: config.cwd === undefined ? home : resolve(home, config.cwd.replace(/^~(?=$|[\\/])/, home)),
  };
};

/** Names of values that look like secrets and stand in the file as they are. */
export const plainSecrets = ({ env, headers }: McpServerConfig): readonly string[] =>
  Object.entries({ ...env, ...headers })
    .filter(([name, value]) => looksLikeSecret(name) && value !== '' && value.search(keychainReference) === -1)
    .map(([name]) => name);

/** One line for people: what is started, or who is called. */
export const whereOf = (config: McpServerConfig): string =>
  config.url === undefined ? [config.command, ...(config.args ?? [])].join(' ') : new URL(config.url).host;
