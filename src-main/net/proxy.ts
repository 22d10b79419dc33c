import type { Config } from '../../src-shared/contract/config.ts';

/** As undici's `EnvHttpProxyAgent` wants it; an empty text: none. */
export type ProxySettings = { readonly httpProxy: string; readonly httpsProxy: string; readonly noProxy: string };

const never = ['localhost', '127.0.0.1', '::1', '[::1]'];

/** What config and environment say about a proxy; null where there is none. This computer is never reached through one. */
export const proxySettings = (proxy: Config['proxy'], env: Readonly<Record<string, string | undefined>>): ProxySettings | null => {
  const fromEnv = (name: string): string => env[name.toLowerCase()] || env[name] || '';
  const httpProxy = proxy.url ?? (fromEnv('HTTP_PROXY') || fromEnv('ALL_PROXY'));
  const httpsProxy = proxy.url ?? (fromEnv('HTTPS_PROXY') || httpProxy);
  if (!httpProxy && !httpsProxy) return null;
  return { httpProxy, httpsProxy, noProxy: [...never, ...proxy.bypass, fromEnv('NO_PROXY')].filter(Boolean).join(',') };
};
