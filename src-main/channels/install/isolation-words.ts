import type { PluginIsolation } from '../plugin-host.ts';

/** What is true of this computer, the bad news too. */
export const isolationWords = ({ process, files, signals, network }: PluginIsolation, asksForNetwork: boolean): string[] => [
  process
    ? 'It runs in a process of its own: when it crashes or hangs, nothing else does.'
    : 'It runs inside the gateway, and can take it down.',
  files
    ? 'It reads its own files and the folders named here, and starts no programs.'
    : 'Nothing keeps it from your files and from starting programs.',
  network
    ? 'It has no network.'
    : asksForNetwork
      ? 'Nothing but its own good will holds it to the hosts named here.'
      : 'It names no host, but nothing keeps it from the network.',
  ...(signals ? [] : ['It can see and end other programs of yours.']),
  'This is no full sandbox: install plugins of people you trust.',
];
