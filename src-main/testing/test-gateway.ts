import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Config, configSchema } from '../../src-shared/contract/config.ts';
import type { Scope } from '../../src-shared/models/scope.ts';
import { openSearch } from '../agents/tools/search/open-search.ts';
import { createMemoryPluginStore } from '../channels/install/memory-plugin-store.ts';
import { createMemoryPluginHost } from '../channels/memory-plugin-host.ts';
import { systemClock } from '../clock.ts';
import type { ConfigFile } from '../config/config-file.ts';
import { createMemoryConfigFile } from '../config/memory-config-file.ts';
import { createGateway } from '../gateway.ts';
import type { Clock, Gateway, GatewayPorts } from '../gateway-ports.ts';
import { createLog } from '../logs/create-log.ts';
import { openWeb } from '../net/open-web.ts';
import { openPrograms } from '../programs/open-programs.ts';
import type { Database } from '../storage/database.ts';
import { createMemoryDatabase } from '../storage/memory-database.ts';
import { createMemorySecretStore } from '../storage/memory-secret-store.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import { openWorkerDatabase } from '../storage/worker-database.ts';
import { type Answer, type CallOptions, call } from './http-client.ts';
import { openWs, type WsClient, type WsOptions } from './ws-client.ts';

/** The worker as users get it: bundled (deploy/build-for-tests.ts sees to it). */
export const workerUrl = new URL('../../out/main/database-worker.js', import.meta.url);

/** What outlives a gateway: its folder, its database file, its secrets. */
export type TestHome = {
  readonly folder: string;
  readonly databaseFile: string;
  readonly secrets: SecretStore;
  readonly workspace: (agentId: string) => string;
  readonly remove: () => void;
};

/** Removed with the test, unless it is `shared`. */
export const createTestHome = (options: { readonly secrets?: SecretStore; readonly shared?: boolean } = {}): TestHome => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-test-')));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  if (!options.shared) onTestFinished(remove);
  return {
    folder,
    databaseFile: join(folder, 'openclaw.db'),
    secrets: options.secrets ?? createMemorySecretStore(),
    workspace: (agentId) => {
      const path = join(folder, 'workspace', agentId);
      mkdirSync(path, { recursive: true });
      return path;
    },
    remove,
  };
};

export type TestGatewayOptions = {
  /** One that other gateways had or will have; its database is on the disk. */
  readonly home?: TestHome;
  /** The real database in its worker, rather than its twin in memory. */
  readonly onDisk?: boolean;
  /** Of the model both agents talk to; without one it is the offline model. */
  readonly upstream?: { readonly url: string };
  /** As `config.json` would say it. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Default: any free one. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly wrapDatabase?: (database: Database) => Database;
  readonly maxDatabaseMb?: number;
  readonly ports?: Partial<GatewayPorts>;
  /** True where a whole file shares it: then `end` is the caller's. */
  readonly shared?: boolean;
};

export type TestGateway = {
  readonly gateway: Gateway;
  readonly home: TestHome;
  /** In memory, unless `ports` brought another. */
  readonly configFile: ConfigFile;
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly base: string;
  readonly wsUrl: string;
  /** A token with scope `admin`. */
  readonly admin: string;
  readonly mint: (options?: MintOptions) => Promise<{ readonly id: string; readonly secret: string }>;
  readonly token: (...scopes: Scope[]) => Promise<string>;
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
  /** POST /api/v1/messages as the admin. */
  readonly post: (body: Readonly<Record<string, unknown>>, options?: CallOptions) => Promise<Answer>;
  readonly ws: (options?: WsOptions & { readonly query?: string }) => Promise<WsClient>;
  /** The log file so far; whole after `stop`. */
  readonly logText: () => string;
  readonly stop: () => Promise<void>;
  /** Stops it and removes its home. */
  readonly end: () => Promise<void>;
};

type MintOptions = { readonly scopes?: readonly Scope[]; readonly expiresIn?: string; readonly kind?: 'bearer' | 'api-key' };

/** A gateway with real sockets on a free port, and everything else under the test's hand. */
export const startTestGateway = async (options: TestGatewayOptions = {}): Promise<TestGateway> => {
  const shared = options.shared === true;
  const home = options.home ?? createTestHome({ shared });
  const clock = options.clock ?? systemClock;
  const onDisk = options.onDisk === true || options.home !== undefined || options.maxDatabaseMb !== undefined;
  const config = forTests(configSchema.parse(configOf(options)), options);
  const configFile = createMemoryConfigFile(configText(options));
  const gateway = createGateway(config, {
    version: '0.0.0-test',
    log: createLog({
      folder: join(home.folder, 'logs'),
      level: config.logs.level,
      maxSizeMb: 10,
      keep: 1,
      clock: systemClock,
      stderr: null,
    }),
    clock,
    randomBytes,
    env: {},
    adminSocket: join(home.folder, 'admin.sock'),
    consoleFolder: join(home.folder, 'console'),
    uploadsFolder: join(home.folder, 'data', 'uploads'),
    configFile,
    configProblems: [],
    overrideConfig: (fromFile) => forTests(fromFile, options),
    openDatabase: async () => {
      const opened = onDisk
        ? await openWorkerDatabase({ file: home.databaseFile, workerUrl, now: clock.now, maxDatabaseMb: options.maxDatabaseMb })
        : { database: createMemoryDatabase(), report: { uncleanStop: false, damagedKeptAs: null } };
      return { ...opened, database: options.wrapDatabase?.(opened.database) ?? opened.database };
    },
    openSecrets: async () => home.secrets,
    pluginHost: createMemoryPluginHost({ clock, plugins: {} }),
    plugins: createMemoryPluginStore({ clock }),
    channelFolder: (channel, bundled) => join(home.folder, 'data', bundled ? 'bundled-channels' : 'channels', channel),
    programs: openPrograms({
      clock: systemClock,
      platform: process.platform,
      env: process.env,
      home: realpathSync(homedir()),
      hidden: [home.folder],
      shown: [join(home.folder, 'skills')],
    }),
    search: openSearch({ clock: systemClock, workerUrl: new URL('search-worker.js', workerUrl) }),
    openWeb,
    openWorkspace: async (agentId) => home.workspace(agentId),
    skillFolders: { bundled: null, home: join(home.folder, 'skills'), resolve: (path) => join(home.folder, path), shown: (path) => path },
    ...options.ports,
  });
  if (!shared) onTestFinished(gateway.stop);
  const { port } = await gateway.start();
  const base = `http://127.0.0.1:${port}`;
  const admin = (await gateway.mintConsoleToken()).token;

  const mint = async (wanted: MintOptions = {}): Promise<{ id: string; secret: string }> => {
    const answer = await call(base, 'POST', '/api/v1/tokens', { token: admin, json: { name: 'test', ...wanted } });
    if (answer.status !== 201) throw new Error(`no token: ${answer.text}`);
    return { id: answer.json.token.id, secret: answer.json.secret };
  };

  return {
    gateway,
    home,
    configFile: options.ports?.configFile ?? configFile,
    port,
    base,
    wsUrl: `ws://127.0.0.1:${port}/ws`,
    admin,
    mint,
    token: async (...scopes) => (await mint(scopes.length > 0 ? { scopes } : {})).secret,
    call: (method, path, more) => call(base, method, path, more),
    post: (body, more) => call(base, 'POST', '/api/v1/messages', { token: admin, json: body, ...more }),
    ws: ({ query = '', ...more } = {}) => openWs(`ws://127.0.0.1:${port}/ws${query}`, { token: query === '' ? admin : undefined, ...more }),
    logText: () => readFileSync(join(home.folder, 'logs', 'openclaw.log'), 'utf8'),
    stop: gateway.stop,
    end: async () => {
      await gateway.stop();
      home.remove();
    },
  };
};

/** What stands in `config.json` to begin with. */
export const configText = (options: TestGatewayOptions): string => JSON.stringify(configOf(options), null, 2);

const configOf = ({ upstream, config = {} }: TestGatewayOptions): Readonly<Record<string, unknown>> => ({
  models: {
    local: upstream ? { provider: 'openai-compatible', baseUrl: upstream.url, model: 'scripted' } : { provider: 'offline' },
  },
  ...config,
});

/** Limits are raised: tests open many connections at once. Port 0 is not for users, so the schema does not know it. */
const forTests = (parsed: Config, { port = 0, config = {} }: TestGatewayOptions): Config => {
  const limits = (config as { gateway?: { limits?: object } }).gateway?.limits ?? {};
  const raised = { ...parsed.gateway.limits, connections: 5_000, unauthenticated: 5_000, ...limits };
  return { ...parsed, gateway: { ...parsed.gateway, port, limits: raised } };
};

/** A file for a tool to read. */
export const putFile = (home: TestHome, agentId: string, name: string, content: string): string => {
  const path = join(home.workspace(agentId), name);
  writeFileSync(path, content);
  return path;
};
