import type { Duplex } from 'node:stream';
import type { PluginIsolation } from '../plugin-host.ts';

/** A process that runs plugins, as one that was just started looks to the gateway. */
export type PluginProcess = {
  readonly pipe: Duplex;
  /** What it writes to stdout and stderr, a line at a time. */
  readonly onLine: (listener: (line: string) => void) => void;
  /** Resolves with why it ended, in words. Never rejects. */
  readonly ended: Promise<string>;
  /** At once, without asking. */
  readonly kill: () => void;
  readonly isolation: PluginIsolation;
};

/** What a process may touch. */
export type ProcessGrant = {
  /** For people who look at the list of processes. */
  readonly name: string;
  /** Absolute folders. */
  readonly read: readonly string[];
  /** The first is where it stands. */
  readonly write: readonly [string, ...string[]];
  readonly network: boolean;
  /** Names of variables of the gateway's environment. */
  readonly env: readonly string[];
  readonly heapMb: number;
};

export type LaunchProcess = (grant: ProcessGrant) => Promise<PluginProcess>;
