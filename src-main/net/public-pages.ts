import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { createFetchPage, type FetchPage } from './fetch-page.ts';
import type { ProxySettings } from './proxy.ts';
import { createAddressGuard } from './ssrf-guard.ts';

/** Pages of the public internet, over this machine's network. */
export const openPublicPages = (proxy: ProxySettings | null): FetchPage =>
  createFetchPage({ guard: createAddressGuard(ownAddresses), resolve: (hostname) => lookup(hostname, { all: true }), proxy });

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address.replace(/%.*$/, '')));
