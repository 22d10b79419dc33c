import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { AppError } from '../../src-shared/app-error.ts';
import { type Config, configSchema } from '../../src-shared/contract/config.ts';
import type { Home } from '../home.ts';
import { isOpenHost, parseConfig, sayProblem } from './parse-config.ts';

export type LoadedConfig = {
  readonly config: Config;
  /** What is wrong with the file, with line and column; then `config` is the last good one. */
  readonly problems: readonly string[];
};

type Overrides = { readonly port?: number | undefined; readonly host?: string | undefined };
type Env = Readonly<Record<string, string | undefined>>;

/**
 * argv > environment > `config.json` > defaults, frozen. A file that cannot be used is explained, and the last
 * good one is used in its place.
 *
 * @throws AppError CONFIG_BAD where there is no last good one, or an override or combination is wrong
 */
export const loadConfig = (home: Home, env: Env, overrides: Overrides): LoadedConfig => {
  const { config: fromFile, problems } = readFile(home);
  return { config: overrideConfig(fromFile, env, overrides), problems };
};

/** What the file says, with argv and environment on top; frozen. @throws AppError CONFIG_BAD where those are wrong */
export const overrideConfig = (fromFile: Config, env: Env, overrides: Overrides): Config => {
  const port = overrides.port ?? readPort(env.OPENCLAW_PORT) ?? fromFile.gateway.port;
  const config = deepFreeze({ ...fromFile, gateway: { ...fromFile.gateway, port, host: overrides.host ?? fromFile.gateway.host } });
  refuseOpenHost(config);
  return config;
};

const readFile = (home: Home): LoadedConfig => {
  let text: string;
  try {
    text = readFileSync(home.config, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { config: configSchema.parse({}), problems: [] };
    return lastGood(home, [`config.json cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`]);
  }
  const parsed = parseConfig(text);
  if (parsed.config === null) return lastGood(home, parsed.problems.map(sayProblem));
  keepAsGood(home, text);
  return { config: parsed.config, problems: [] };
};

const lastGood = (home: Home, problems: readonly string[]): LoadedConfig => {
  let text: string;
  try {
    text = readFileSync(home.lastGoodConfig, 'utf8');
  } catch {
    throw new AppError('CONFIG_BAD', {
      message: `config.json cannot be used, and there is no last good one: ${problems.join('; ')}`,
      hint: `Mend ${home.config}; openclaw config validate checks it.`,
      details: { problems },
    });
  }
  const parsed = parseConfig(text);
  if (parsed.config === null)
    throw new AppError('CONFIG_BAD', {
      message: `config.json cannot be used, and neither can the last good one: ${problems.join('; ')}`,
      details: { problems },
    });
  return { config: parsed.config, problems };
};

const keepAsGood = (home: Home, text: string): void => {
  try {
    if (readFileSync(home.lastGoodConfig, 'utf8') === text) return;
  } catch {
    // There is none yet.
  }
  try {
    const temporary = `${home.lastGoodConfig}.${process.pid}`;
    writeFileSync(temporary, text, { mode: 0o600, flush: true });
    renameSync(temporary, home.lastGoodConfig);
  } catch {
    // A home that cannot be written is reported where it matters: when the database is opened.
  }
};

const readPort = (text: string | undefined): number | undefined => {
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new AppError('CONFIG_BAD', { message: `OPENCLAW_PORT is "${text}"; it must be a port number.` });
  return port;
};

const refuseOpenHost = (config: Config): void => {
  if (!isOpenHost(config)) return;
  throw new AppError('CONFIG_BAD', {
    message: `gateway.host is "${config.gateway.host}", which other machines can reach, without a proxy in front.`,
    hint: 'Keep 127.0.0.1, or put a TLS proxy in front and name it in gateway.trustedProxies.',
  });
};

const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
};
