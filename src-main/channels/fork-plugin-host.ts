import { createPluginHost, type PluginHostPorts } from './host/create-plugin-host.ts';
import { createLauncher, type LaunchPorts } from './host/launch-process.ts';
import type { PluginHost } from './plugin-host.ts';

/** Plugins in processes of their own. Nothing is started, nor loaded, before the first is kept. */
export const createForkPluginHost = ({ randomBytes, gatewayFiles, ...ports }: LaunchPorts & Omit<PluginHostPorts, 'launch'>): PluginHost =>
  createPluginHost({ clock: ports.clock, randomBytes, gatewayFiles, launch: createLauncher(ports) });
