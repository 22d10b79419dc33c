import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../src-shared/app-error.ts';

/**
 * No web page gets an answer it should not: decided by Host, Origin, Referer and Sec-Fetch-Site before
 * anything else is looked at, on REST and on the WebSocket upgrade. (The same rule as Tailscale's LocalAPI.)
 */
export type SiteGuard = {
  /** @returns the listed foreign origin that may read the answer (for CORS), or null @throws AppError HOST_REFUSED, ORIGIN_REFUSED */
  readonly check: (headers: IncomingHttpHeaders) => string | null;
};

export const createSiteGuard = (options: {
  readonly port: number;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
}): SiteGuard => {
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].map((host) => `${host}:${options.port}`);
  const hosts = new Set([
    ...loopback,
    ...options.allowedHosts.flatMap((host) => [host.toLowerCase(), `${host.toLowerCase()}:${options.port}`]),
  ]);
  const own = new Set([
    ...loopback.map((host) => `http://${host}`),
    ...options.allowedHosts.flatMap((host) => [`http://${host}`, `https://${host}`, `http://${host}:${options.port}`]),
  ]);
  const listed = new Set(options.allowedOrigins);

  return {
    check: (headers) => {
      if (!hosts.has(headers.host?.toLowerCase() ?? ''))
        throw new AppError('HOST_REFUSED', { hint: 'Use localhost, or list the name in security.allowedHosts.' });
      const origin = headers.origin;
      if (origin !== undefined) {
        if (own.has(origin)) return null;
        if (listed.has(origin)) return origin;
        throw refused();
      }
      // Without an Origin (plain GETs) the other two still tell where a browser's request comes from.
      const site = headers['sec-fetch-site'];
      if (site !== undefined && site !== 'same-origin' && site !== 'none') throw refused();
      if (headers.referer !== undefined && !own.has(originOf(headers.referer))) throw refused();
      return null;
    },
  };
};

const refused = (): AppError =>
  new AppError('ORIGIN_REFUSED', { hint: 'If this page is yours, list its origin in security.allowedOrigins.' });

const originOf = (url: string): string => {
  try {
    return new URL(url).origin;
  } catch {
    return 'null';
  }
};
