import { realpathSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../src-shared/contract/config.ts';
import { openSearch } from './agents/tools/search/open-search.ts';
import { createForkPluginHost } from './channels/fork-plugin-host.ts';
import { createFolderPluginStore } from './channels/install/folder-plugin-store.ts';
import { systemClock } from './clock.ts';
import { createConfigFile } from './config/config-file.ts';
import { loadConfig, overrideConfig } from './config/load-config.ts';
import { createGateway } from './gateway.ts';
import type { Gateway } from './gateway-ports.ts';
import { type Home, locateHome, prepareHome } from './home.ts';
import { createLog } from './logs/create-log.ts';
import { openWeb } from './net/open-web.ts';
import { openPrograms } from './programs/open-programs.ts';
import { createRandomPool } from './random-pool.ts';
import { openSecretStore } from './storage/open-secret-store.ts';
import { openWorkerDatabase } from './storage/worker-database.ts';
import { version } from './version.ts';

type OpenOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  /** Warnings for people; null for none. */
  readonly stderr?: NodeJS.WritableStream | null;
};

/**
 * The gateway on this machine's real ports: home folder, config file, disk, keychain, clock. Made, not started;
 * the same for the desktop and for headless use.
 *
 * @throws AppError CONFIG_BAD, HOME_UNUSABLE
 */
export const openGateway = ({
  env,
  port,
  host,
  stderr = process.stderr,
}: OpenOptions): { readonly gateway: Gateway; readonly config: Config; readonly home: Home } => {
  const home = locateHome(env);
  prepareHome(home);
  const { config, problems } = loadConfig(home, env, { port, host });
  const log = createLog({
    folder: home.logs,
    level: config.logs.level,
    maxSizeMb: config.logs.maxSizeMb,
    keep: config.logs.keep,
    clock: systemClock,
    stderr,
  });
  const randomBytes = createRandomPool();
  const programs = openPrograms({
    ...{ clock: systemClock, platform: process.platform, env, home: realpathSync(homedir()) },
    ...{ hidden: [home.root], shown: [home.skills] },
  });
  const workspaces = new Map<string, Promise<string>>();
  const gateway = createGateway(config, {
    version,
    log,
    env,
    randomBytes,
    clock: systemClock,
    adminSocket: home.adminSocket,
    // The bundle stands in out/main, the console in out/renderer.
    uploadsFolder: join(home.data, 'uploads'),
    consoleFolder: fileURLToPath(new URL('../renderer', import.meta.url)),
    configFile: createConfigFile({ file: home.config, lastGood: home.lastGoodConfig, shown: shown(home.config) }),
    configProblems: problems,
    overrideConfig: (fromFile) => overrideConfig(fromFile, env, { port, host }),
    openDatabase: () =>
      openWorkerDatabase({
        file: home.database,
        now: systemClock.now,
        ...(config.retention.maxDatabaseMb === undefined ? {} : { maxDatabaseMb: config.retention.maxDatabaseMb }),
      }),
    openSecrets: (remembered) => openSecretStore({ home: home.root, env, remembered, log: log.logger, randomBytes }),
    search: openSearch({ clock: systemClock }),
    programs,
    pluginHost: createForkPluginHost({
      ...{ clock: systemClock, randomBytes, platform: process.platform, env, execPath: process.execPath, hostFile },
      ...{ findSandbox: programs.findSandbox, confine: programs.confine, gatewayFiles: [home.config, home.data, home.logs] },
    }),
    plugins: createFolderPluginStore({ fs, folder: home.plugins, bundled: bundledPlugins, clock: systemClock, randomBytes }),
    channelFolder: (channel, bundled) => join(home.data, bundled ? 'bundled-channels' : 'channels', channel),
    skillFolders: {
      bundled: null,
      home: home.skills,
      resolve: (path) => resolve(home.root, path.replace(/^~(?=$|[\\/])/, homedir())),
      shown,
    },
    openWeb,
    openWorkspace: (agentId, configured) => {
      const folder =
        configured === null ? join(home.workspaces, agentId) : resolve(home.root, configured.replace(/^~(?=$|[\\/])/, homedir()));
      const known = workspaces.get(folder) ?? fs.mkdir(folder, { recursive: true, mode: 0o700 }).then(() => fs.realpath(folder));
      workspaces.set(folder, known);
      known.catch(() => workspaces.delete(folder));
      return known;
    },
  });
  return { gateway, config, home };
};

/** Beside out/main. What is started cannot stand in an archive; packages have it unpacked next to theirs. */
const unpacked = (path: string): string => fileURLToPath(new URL(path, import.meta.url)).replace(/\.asar(?=[\\/])/, '.asar.unpacked');
const hostFile = unpacked('../plugin-host/plugin-host.cjs');
const bundledPlugins = unpacked('../channels');

const shown = (path: string): string => (path.startsWith(homedir()) ? `~${path.slice(homedir().length)}` : path);
