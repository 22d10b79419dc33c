import type { TFunction } from 'i18next';
import type { PluginReview } from '../../../src-shared/contract/rest.ts';

type Permissions = PluginReview['plugin']['permissions'];

/** What a plugin may do, one by one, in the reader's words. */
export const permissionWords = ({ net, listen, fs, env }: Permissions, t: TFunction): readonly string[] => [
  ...net.map((host) => hostWords(host, t)),
  ...(listen ? [t('channels.may.listen')] : []),
  ...fs.map((folder) => t('channels.may.fs', { folder })),
  ...env.map((name) => t('channels.may.env', { name })),
];

const hostWords = (host: string, t: TFunction): string => {
  if (host === '*') return t('channels.may.netAll');
  const name = /^\{(.+)\}$/.exec(host)?.[1];
  return name === undefined ? t('channels.may.net', { host }) : t('channels.may.netNamed', { name });
};
