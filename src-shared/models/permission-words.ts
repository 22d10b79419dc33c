import type { PluginPermissions } from './plugin-manifest.ts';

/** What a plugin asks for, each in a sentence of its own, so that two lists can be compared line by line. */
export const permissionWords = ({ net, listen, fs, env }: PluginPermissions): readonly string[] => [
  ...net.map(hostWords),
  ...(listen ? ['It opens a port of its own.'] : []),
  ...fs.map((folder) => `It reads the folder ${folder}`),
  ...env.map((name) => `It sees the environment variable ${name}`),
];

const hostWords = (pattern: string): string => {
  if (pattern === '*') return 'It speaks to any host of any network.';
  const name = /^\{(.+)\}$/.exec(pattern)?.[1];
  return name === undefined ? `It speaks to ${pattern}` : `It speaks to the host of the address that you fill in as "${name}"`;
};
