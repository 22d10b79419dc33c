import type { LookupAddress } from 'node:dns';
import { BlockList, isIP, isIPv4 } from 'node:net';

/** Why an address is not one that a page may make the gateway speak to; null: it is fine. */
export type AddressGuard = (address: string) => string | null;

/** All that is not the public internet: this machine, its networks, link-local with the metadata services, multicast, reserved. */
const notPublic4: readonly (readonly [net: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Of IPv6 only `2000::/3` is public, and of that not what carries an IPv4 address, documentation, or a protocol's own. */
const notPublic6: readonly (readonly [net: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/** @param ownAddresses of this machine, as they are now: the gateway may listen on any of them */
export const createAddressGuard = (ownAddresses: () => readonly string[]): AddressGuard => {
  const blocked = new BlockList();
  for (const [net, prefix] of notPublic4) blocked.addSubnet(net, prefix, 'ipv4');
  for (const [net, prefix] of notPublic6) blocked.addSubnet(net, prefix, 'ipv6');
  const public6 = new BlockList();
  public6.addSubnet('2000::', 3, 'ipv6');
  return (address) => {
    const own = new BlockList();
    for (const one of ownAddresses()) own.addAddress(one, isIPv4(one) ? 'ipv4' : 'ipv6');
    const kind = isIPv4(address) ? 'ipv4' : 'ipv6';
    const isPublic = isIP(address) !== 0 && !blocked.check(address, kind) && (kind === 'ipv4' || public6.check(address, 'ipv6'));
    return isPublic && !own.check(address, kind) ? null : `${address} is not an address of the public internet`;
  };
};

/**
 * For a host that its user has named as a private one: what is public, this machine, and its networks. Still not
 * link-local, where clouds keep their credentials, nor multicast and what is reserved.
 */
export const createPrivateGuard = (): AddressGuard => {
  const never = new BlockList();
  for (const [net, prefix] of [
    ['0.0.0.0', 8],
    ['169.254.0.0', 16],
    ['192.0.0.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ] as const)
    never.addSubnet(net, prefix, 'ipv4');
  never.addAddress('100.100.100.200');
  const allowed6 = new BlockList();
  allowed6.addAddress('::1', 'ipv6');
  allowed6.addSubnet('2000::', 3, 'ipv6');
  allowed6.addSubnet('fc00::', 7, 'ipv6');
  for (const metadata of ['fd00:ec2::254', 'fd20:ce::254']) never.addAddress(metadata, 'ipv6');
  for (const [net, prefix] of notPublic6) never.addSubnet(net, prefix, 'ipv6');
  return (address) => {
    const kind = isIPv4(address) ? 'ipv4' : 'ipv6';
    const isFine = isIP(address) !== 0 && !never.check(address, kind) && (kind === 'ipv4' || allowed6.check(address, 'ipv6'));
    return isFine ? null : `${address} is not an address that a tool may reach`;
  };
};

export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/**
 * Where a host is, once every address it has was looked at.
 * @param hostname as `URL` has it: numbers in any notation are plain addresses by then
 * @throws Error that says why not
 */
export const resolveGuarded = async (hostname: string, guard: AddressGuard, resolve: Resolve): Promise<readonly LookupAddress[]> => {
  const bare = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(bare);
  const addresses = family === 0 ? await resolve(bare) : [{ address: bare, family }];
  if (addresses.length === 0) throw new Error(`${bare} has no address`);
  for (const { address } of addresses) {
    const why = guard(address);
    if (why !== null) throw new Error(`${why}, so it is not fetched`);
  }
  return addresses;
};
