import { BlockList, isIPv4, isIPv6, type Socket } from 'node:net';
import { AppError } from '../../src-shared/app-error.ts';

/** Where a request comes from, IPv4 always written as such; empty on the admin socket. */
export const addressOf = (socket: Pick<Socket, 'remoteAddress'>): string => {
  const address = socket.remoteAddress ?? '';
  const mapped = /^::ffff:(.+)$/i.exec(address)?.[1];
  return mapped !== undefined && isIPv4(mapped) ? mapped : address;
};

/** `security.ipAllowlist`. Empty lets everyone in; this computer is always let in, so that nobody locks himself out. */
export type AddressGuard = {
  /** @throws AppError ADDRESS_REFUSED */
  readonly check: (address: string) => void;
};

/** @param allowlist addresses and CIDR ranges, validated */
export const createAddressGuard = (allowlist: readonly string[]): AddressGuard => {
  const allowed = new BlockList();
  for (const entry of ['127.0.0.0/8', '::1', ...allowlist]) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) allowed.addAddress(address, family);
    else allowed.addSubnet(address, Number(bits), family);
  }
  return {
    check: (address) => {
      if (allowlist.length === 0) return;
      // A link-local address names its interface too, which is not part of it.
      const [bare = ''] = address.split('%');
      if (!allowed.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4'))
        throw new AppError('ADDRESS_REFUSED', { hint: 'List the address in security.ipAllowlist.' });
    },
  };
};
