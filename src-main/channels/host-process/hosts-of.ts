import type { LoadPayload } from '../host/protocol.ts';

/**
 * What a plugin may reach: `{url}` in its manifest is the host, with its port, of the address that the user has filled in as
 * `url`, and nothing where that is none.
 */
export const hostsOf = ({ net, config }: Pick<LoadPayload, 'net' | 'config'>): readonly string[] =>
  net.flatMap((pattern) => {
    const name = /^\{(.+)\}$/.exec(pattern)?.[1];
    return name === undefined ? [pattern] : hostOf(config[name]);
  });

const hostOf = (value: unknown): readonly string[] => {
  if (typeof value !== 'string' || !URL.canParse(value)) return [];
  const { protocol, hostname, port } = new URL(value);
  return hostname === '' ? [] : [`${hostname}:${port || (/^(https|wss):$/.test(protocol) ? 443 : 80)}`];
};
