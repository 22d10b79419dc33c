import { resolve } from 'node:path';
import { createForkPluginHost } from '../channels/fork-plugin-host.ts';
import type { PluginHost } from '../channels/plugin-host.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../gateway-ports.ts';
import { openPrograms } from '../programs/open-programs.ts';

export const hostFile = resolve('out/plugin-host/plugin-host.cjs');

type ForkHostOptions = {
  /** What the sandbox takes for the user's home. */
  readonly home: string;
  readonly gatewayFiles?: readonly string[];
  readonly clock?: Clock;
  readonly env?: NodeJS.ProcessEnv;
  readonly execPath?: string;
};

/** The built plugin host, with this machine's sandbox. */
export const openForkHost = ({
  home,
  gatewayFiles = [],
  clock = systemClock,
  env = process.env,
  execPath = process.execPath,
}: ForkHostOptions): PluginHost => {
  const { findSandbox, confine } = openPrograms({ clock: systemClock, platform: process.platform, env: process.env, home, hidden: [] });
  return createForkPluginHost({
    ...{ clock, platform: process.platform, env, execPath, findSandbox, confine },
    ...{ hostFile, gatewayFiles },
    randomBytes: (size) => Buffer.alloc(size),
  });
};
