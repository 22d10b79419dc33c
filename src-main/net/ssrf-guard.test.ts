import { describe, expect, it } from 'vitest';
import { createAddressGuard, createPrivateGuard, resolveGuarded } from './ssrf-guard.ts';

const guard = createAddressGuard(() => ['8.8.4.4', 'fe80::1', '2a00:1450::1']);

describe('the address guard', () => {
  const refused = [
    ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.255.255', '169.254.169.254', '172.16.0.1', '172.31.255.255'],
    ...['192.168.1.1', '192.0.0.192', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...[
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      '::7f00:1',
      '64:ff9b::a9fe:a9fe',
      'fd00:ec2::254',
      'fc00::1',
      'fe80::1',
      'ff02::1',
    ],
    ...['2002:7f00:1::', '2001:0:4136:e378::1', '2001:db8::1', '100::1', 'fec0::1'],
    // This machine's own.
    ...['8.8.4.4', '2a00:1450::1'],
    ...['no address', '', '1.2.3', '0x7f000001'],
  ];
  it.each(refused)('refuses %s', (address) => expect(guard(address)).not.toBeNull());
  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '1.1.1.1', '2606:4700::1111', '2a00:1450::2'])('lets %s through', (address) =>
    expect(guard(address)).toBeNull(),
  );
});

describe('a host', () => {
  const never = async () => {
    throw new Error('looked up');
  };
  it.each(['http://127.1', 'http://2130706433', 'http://0x7f.0.0.1', 'http://0177.0.0.1', 'http://[::ffff:7f00:1]', 'http://0'])(
    '%s is the address that it means',
    async (url) => {
      await expect(resolveGuarded(new URL(url).hostname, guard, never)).rejects.toThrow(/not an address of the public internet/);
    },
  );

  it('is refused as a whole where one of its addresses is private', async () => {
    const both = async () => [
      { address: '8.8.8.8', family: 4 },
      { address: '192.168.0.1', family: 4 },
    ];
    await expect(resolveGuarded('example.com', guard, both)).rejects.toThrow('192.168.0.1');
    await expect(resolveGuarded('example.com', guard, async () => [])).rejects.toThrow('no address');
  });
});

describe('a host that its user has named as a private one', () => {
  const guard = createPrivateGuard();

  it.each(['127.0.0.1', '::1', '10.1.2.3', '192.168.0.7', '100.64.0.1', 'fd12:3456::1', '8.8.8.8', '2606:4700::1111'])(
    'may be %s',
    (address) => {
      expect(guard(address)).toBeNull();
    },
  );

  it.each([
    ...['169.254.169.254', '100.100.100.200', 'fe80::1', 'fd00:ec2::254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe'],
    ...['0.0.0.0', '::', '224.0.0.1', '255.255.255.255', 'ff02::1', '2002:a9fe:a9fe::1', 'not an address'],
  ])('is not %s: there clouds keep credentials, or nobody is', (address) => {
    expect(guard(address)).toContain('not an address');
  });
});
