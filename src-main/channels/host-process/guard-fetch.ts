import { ChannelError } from '../../../packages/plugin-sdk/src/index.ts';

const hopsMost = 10;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * `fetch`, to the hosts that a manifest names and no others, also where a host answers with a redirect.
 *
 * @param hosts like `api.example.com`, `*.example.com`, `127.0.0.1:8080`, `*`; without a port: any port
 * @throws ChannelError UNSUPPORTED for another host
 */
export const guardFetch =
  (fetch: typeof globalThis.fetch, hosts: readonly string[]): typeof globalThis.fetch =>
  async (input, init) => {
    let request = new Request(input, init);
    if (request.redirect !== 'follow') {
      check(new URL(request.url), hosts);
      return fetch(request);
    }
    for (let hop = 0; hop <= hopsMost; hop += 1) {
      const url = new URL(request.url);
      check(url, hosts);
      // A body is read once: what a redirect may have to send again is kept.
      const again = request.body === null ? null : request.clone();
      const response = await fetch(new Request(request, { redirect: 'manual' }));
      const location = response.headers.get('location');
      if (!redirects.has(response.status) || location === null) return response;
      await response.body?.cancel();
      request = followed(again ?? request, response.status, new URL(location, url));
    }
    throw new ChannelError('NETWORK', `More than ${hopsMost} redirects.`);
  };

const check = (url: URL, hosts: readonly string[]): void => {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new ChannelError('UNSUPPORTED', `ctx.fetch does not speak ${url.protocol}`);
  if (hosts.some((pattern) => fits(url, pattern))) return;
  throw new ChannelError(
    'UNSUPPORTED',
    `The plugin may not reach ${url.host}: permissions.net of its openclaw.plugin.json does not name it.`,
  );
};

const fits = ({ hostname, port, protocol }: URL, pattern: string): boolean => {
  if (pattern === '*') return true;
  const [, host = '', wanted] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
  const actual = port || (protocol === 'https:' ? '443' : '80');
  if (wanted !== undefined && wanted !== actual) return false;
  return host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host;
};

/** As browsers do: 303, and a POST that is moved, become a GET; another origin gets no credentials. */
const followed = (request: Request, status: number, target: URL): Request => {
  const headers = new Headers(request.headers);
  if (target.origin !== new URL(request.url).origin)
    for (const name of ['authorization', 'cookie', 'proxy-authorization']) headers.delete(name);
  const becomesGet = status === 303 ? request.method !== 'HEAD' : status < 303 && request.method === 'POST';
  if (becomesGet) for (const name of ['content-type', 'content-length', 'content-encoding', 'content-language']) headers.delete(name);
  const { signal } = request;
  if (becomesGet) return new Request(target, { method: 'GET', headers, signal });
  return new Request(target, {
    method: request.method,
    headers,
    signal,
    ...(request.body === null ? {} : { body: request.body, duplex: 'half' }),
  } as RequestInit);
};
