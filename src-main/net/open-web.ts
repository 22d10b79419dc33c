import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { createGuardedHttp, type GuardedHttp } from './guarded-http.ts';
import type { ProxySettings } from './proxy.ts';
import { createAddressGuard, createPrivateGuard } from './ssrf-guard.ts';

/** The web over this machine's network: the public internet, and private hosts where a request may. */
export const openWeb = (proxy: ProxySettings | null): GuardedHttp =>
  createGuardedHttp({
    guard: createAddressGuard(ownAddresses),
    privateGuard: createPrivateGuard(),
    resolve: (hostname) => lookup(hostname, { all: true }),
    proxy,
  });

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address.replace(/%.*$/, '')));
