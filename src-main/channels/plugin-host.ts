import type {
  ChannelCapabilities,
  ChannelContext,
  HookRequest,
  HookResponse,
  InboundAction,
  InboundMessage,
  Message,
  PluginContext,
  SendReceipt,
} from '../../packages/plugin-sdk/src/index.ts';
import type { LogLevel } from '../../src-shared/contract/routes/operations.ts';
import type { PluginManifest } from '../../src-shared/models/plugin-manifest.ts';

/** A plugin whose files stand on this computer, verified. */
export type InstalledPlugin = {
  readonly manifest: PluginManifest;
  /** Absolute, links resolved; only we write there. */
  readonly folder: string;
  /** Ours, shipped with the gateway: those share one process. */
  readonly bundled: boolean;
};

/** What one plugin gets from the gateway while it runs. All of it may be called at any time, and what comes from it is checked already. */
export type PluginUnit = {
  /** The channel's id in config.json, or the plugin's for tools. */
  readonly id: string;
  readonly plugin: InstalledPlugin;
  readonly options: Readonly<Record<string, unknown>>;
  /** Made where it is missing. */
  readonly dataFolder: string;
  readonly secret: PluginContext['secrets']['get'];
  readonly state: PluginContext['state'];
  readonly blobs: ChannelContext['blobs'];
  /** Resolves when the message is on the disk. */
  readonly heard: (message: InboundMessage) => Promise<void>;
  readonly pressed: (action: InboundAction) => Promise<{ readonly text: string }>;
  readonly log: (level: LogLevel, text: string, details?: Readonly<Record<string, unknown>>) => void;
};

export type PluginState =
  | 'starting'
  | 'running'
  /** It runs, and says that the platform is not well. */
  | 'degraded'
  | 'needs-auth'
  | 'stopping'
  | 'stopped'
  /** It crashed, and is started again at `nextTryAt`. */
  | 'back-off'
  /** It crashed too often; somebody has to start it. */
  | 'failed';

export type PluginHealth = {
  readonly state: PluginState;
  /** What is wrong and what to do, in one line. */
  readonly detail: string | null;
  readonly since: number;
  readonly restarts: number;
  readonly nextTryAt: number | null;
  /** What it can do; null until it has been started once. */
  readonly capabilities: ChannelCapabilities | null;
  /** What keeps it from the rest of this computer; null until it has been started once. */
  readonly isolation: PluginIsolation | null;
};

/** Crash isolation, not a full sandbox: whoever shows it says so. */
export type PluginIsolation = {
  /** It runs in a process of its own (bundled ones in one together), and cannot take the gateway down with it. */
  readonly process: boolean;
  /** It reads its own folders only, writes in one, and starts no programs. */
  readonly files: boolean;
  /** It cannot see or signal other processes. */
  readonly signals: boolean;
  /** No network at all where its manifest names none. Where this is false, and for those that name some, `ctx.fetch` alone holds to the names. */
  readonly network: boolean;
};

/** A tool as a plugin describes it. */
export type PluginTool = {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly readOnly: boolean;
};

/**
 * A plugin that is kept running until it is stopped. Calls reject with `PluginFailure`; while it does not run they
 * reject at once with code `NETWORK`, retryable.
 */
export type KeptPlugin = {
  readonly health: () => PluginHealth;
  /** Told after each change. Returns its undo. */
  readonly onHealth: (listener: (health: PluginHealth) => void) => () => void;
  readonly send: (to: string, message: Message) => Promise<SendReceipt>;
  readonly setTyping: (to: string, typing: boolean, threadId?: string) => Promise<void>;
  readonly edit: (to: string, id: string, message: Message) => Promise<void>;
  /** Asks the plugin whether its platform answers. */
  readonly check: () => Promise<void>;
  readonly request: (request: HookRequest) => Promise<HookResponse>;
  readonly tools: () => readonly PluginTool[];
  readonly execute: (tool: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<unknown>;
  /** Forgets the crashes counted so far. */
  readonly restart: () => Promise<void>;
  /** Resolves when nothing of it is left, at most 6 s later. */
  readonly stop: () => Promise<void>;
};

export type TriedPlugin = {
  readonly capabilities: ChannelCapabilities;
  readonly tools: readonly PluginTool[];
  readonly isolation: PluginIsolation;
};

/** Starts plugins in processes of their own. Twins: `fork-plugin-host`, `memory-plugin-host` (in this process, for tests). */
export type PluginHost = {
  readonly keep: (unit: PluginUnit) => KeptPlugin;
  /** Loads it, makes one, and lets it go, without starting it and without what it asks for: what a review does before an install. Rejects with what was wrong. */
  readonly tryOut: (plugin: InstalledPlugin) => Promise<TriedPlugin>;
  readonly close: () => Promise<void>;
};
