import type { Config } from '../src-shared/contract/config.ts';
import type { Approval } from '../src-shared/contract/events.ts';
import type { Search } from './agents/tools/search/open-search.ts';
import type { PluginHost } from './channels/plugin-host.ts';
import type { PluginStore } from './channels/plugin-store.ts';
import type { ConfigFile } from './config/config-file.ts';
import type { Log } from './logs/create-log.ts';
import type { GuardedHttp } from './net/guarded-http.ts';
import type { ProxySettings } from './net/proxy.ts';
import type { Programs } from './programs/open-programs.ts';
import type { Database, OpenReport } from './storage/database.ts';
import type { SecretStore } from './storage/secret-store.ts';

/** Time, as a parameter. */
export type Clock = {
  /** Milliseconds since 1970; may jump. */
  readonly now: () => number;
  /** Milliseconds from an arbitrary start; never goes back. */
  readonly monotonic: () => number;
  /** Calls `task` once after `ms`; returns its undo. Does not keep the process alive. */
  readonly after: (ms: number, task: () => void) => () => void;
};

export type RandomBytes = (size: number) => Buffer;

/** Everything the gateway takes from the machine. Tests hand in twins. */
export type GatewayPorts = {
  readonly version: string;
  readonly openDatabase: () => Promise<{ readonly database: Database; readonly report: OpenReport }>;
  /** `remembered`: the backend the database names for the signing key, or null on a first start. */
  readonly openSecrets: (remembered: SecretStore['backend'] | null) => Promise<SecretStore>;
  readonly log: Log;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Unix socket or named pipe for this computer's user; null for none. */
  readonly adminSocket: string | null;
  /** The built console. */
  readonly consoleFolder: string;
  /** Where files that come for messages are kept. */
  readonly uploadsFolder: string;
  /** What agents may start. */
  readonly programs: Programs;
  /** Runs the plugins that are installed. */
  readonly pluginHost: PluginHost;
  readonly plugins: PluginStore;
  /** Where a channel's plugin keeps its files; those of bundled ones apart from the others. */
  readonly channelFolder: (channel: string, bundled: boolean) => string;
  /** Looks through files, off the main thread. */
  readonly search: Search;
  /** Speaks to other machines for agents and skills. */
  readonly openWeb: (proxy: ProxySettings | null) => GuardedHttp;
  /** An agent's folder: made where it is missing, links resolved. `configured`: as `agents.<id>.workspace` says. */
  readonly openWorkspace: (agentId: string, configured: string | null) => Promise<string>;
  readonly skillFolders: SkillFolders;
  readonly configFile: ConfigFile;
  /** What was wrong with it at the start. */
  readonly configProblems: readonly string[];
  /** What the file says, with argv and environment on top. @throws AppError CONFIG_BAD */
  readonly overrideConfig: (fromFile: Config) => Config;
};

/** Where skills stand, besides workspaces. Absolute; need not be there. */
export type SkillFolders = {
  readonly bundled: string | null;
  readonly home: string;
  /** A path of the configuration. */
  readonly resolve: (path: string) => string;
  /** A path as people are shown it. */
  readonly shown: (path: string) => string;
};

export type Gateway = {
  /**
   * Resolves once both loopback addresses listen and `/readyz` answers 200.
   * @throws AppError HOME_IN_USE, PORT_TAKEN, SIGNING_KEY_MISSING, KEYCHAIN_UNAVAILABLE, STORAGE_FAILED
   */
  readonly start: () => Promise<{ readonly port: number; readonly url: string }>;
  /** Lets nothing new in, ends or parks what runs, commits, closes. Under 2 s. Safe to call twice. */
  readonly stop: () => Promise<void>;
  /** A token for the console, valid 12 h, with scope `admin`. Never stored outside memory and the token table. */
  readonly mintConsoleToken: () => Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** A one-time link that signs a browser in to the console. */
  readonly createSignInLink: () => { readonly url: string; readonly expiresAt: number };
  readonly activity: () => Activity;
  /** Told after each change. Returns its undo. */
  readonly onActivity: (listener: (activity: Activity) => void) => () => void;
  /** What waits for somebody's word. */
  readonly approvals: {
    readonly pending: () => readonly Approval[];
    /** Told when one is asked, and when it is over. Returns its undo. */
    readonly onChange: (listener: (approval: Approval) => void) => () => void;
  };
  /** What of the configuration the desktop shell goes by, and how it is changed there. */
  readonly ui: {
    readonly current: () => Config['ui'];
    /** Told after each change. Returns its undo. */
    readonly onChange: (listener: () => void) => () => void;
    /** @throws AppError GATEWAY_STARTING, CONFIG_INVALID, HOME_UNUSABLE, STORAGE_FULL */
    readonly change: (ui: Partial<Config['ui']>) => Promise<void>;
  };
  /** The emergency brake, for everything at once. @throws AppError GATEWAY_STARTING, STORAGE_FULL, STORAGE_FAILED */
  readonly brake: { readonly pull: () => Promise<void>; readonly release: () => Promise<void> };
};

/** What goes on, for whoever shows it. `turns`: at work or waiting. `stopped`: an operator has stopped everything. */
export type Activity = { readonly turns: number; readonly stopped: boolean };
