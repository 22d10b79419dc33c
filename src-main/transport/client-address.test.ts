import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { configSchema } from '../../src-shared/contract/config.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { refusedUpgrade } from '../testing/ws-client.ts';
import { addressOf, createAddressGuard } from './client-address.ts';

/** From now on all connections of this process seem to come from there. */
const comeFrom = (address: string): void => {
  const disguise = (message: unknown): void => {
    Object.defineProperty((message as { socket: Socket }).socket, 'remoteAddress', { value: address, configurable: true });
  };
  subscribe('net.server.socket', disguise);
  onTestFinished(() => void unsubscribe('net.server.socket', disguise));
};

describe('the allowlist of addresses', () => {
  const letsIn = (allowlist: readonly string[], address: string): boolean => {
    try {
      createAddressGuard(allowlist).check(address);
      return true;
    } catch {
      return false;
    }
  };

  it('lets everyone in while it is empty', () => {
    for (const address of ['203.0.113.9', '2001:db8::1', '']) expect(letsIn([], address)).toBe(true);
  });

  it('knows addresses and ranges of both families', () => {
    const list = ['192.0.2.7', '10.0.0.0/8', '2001:db8:1::/48', 'fe80::5'];
    for (const address of ['192.0.2.7', '10.255.0.1', '2001:db8:1:ffff::1', '2001:0DB8:0001::2', 'fe80::5%eth0'])
      expect(letsIn(list, address), address).toBe(true);
    for (const address of ['192.0.2.8', '11.0.0.1', '2001:db8:2::1', 'fe80::6', '', 'nonsense'])
      expect(letsIn(list, address), address).toBe(false);
  });

  it('takes an IPv4 address for what it is, however it is written', () => {
    for (const remoteAddress of ['::ffff:10.1.2.3', '::FFFF:10.1.2.3', '10.1.2.3']) {
      expect(addressOf({ remoteAddress })).toBe('10.1.2.3');
      expect(letsIn(['10.0.0.0/8'], addressOf({ remoteAddress }))).toBe(true);
      expect(letsIn(['192.0.2.0/24'], addressOf({ remoteAddress }))).toBe(false);
    }
    expect(letsIn(['10.0.0.0/8'], '::ffff:10.1.2.3')).toBe(true);
  });

  it('always lets this computer in', () => {
    for (const address of ['127.0.0.1', '127.8.8.8', '::1']) expect(letsIn(['192.0.2.7'], address)).toBe(true);
  });

  it('takes no entry that is no address', () => {
    for (const bad of ['localhost', '10.0.0.0/33', '10.0.0', '2001:db8::/129', '*', ''])
      expect(configSchema.safeParse({ security: { ipAllowlist: [bad] } }).success, bad).toBe(false);
  });
});

describe('an address that is not listed', () => {
  it('gets nothing: before its credential is looked at, on REST, on the upgrade and on pages', async () => {
    const t = await startTestGateway({ config: { security: { ipAllowlist: ['192.0.2.0/24'] } } });
    comeFrom('203.0.113.9');
    for (const [method, path, token] of [
      ['GET', '/api/v1/agents', t.admin],
      ['GET', '/api/v1/agents', 'bad'],
      ['GET', '/api/v1/status', undefined],
      ['GET', '/healthz', undefined],
      ['GET', '/', undefined],
      ['POST', '/api/v1/sign-in', undefined],
    ] as const)
      expect(await t.call(method, path, { token })).toMatchObject({ status: 403, json: { error: { code: 'ADDRESS_REFUSED' } } });
    for (const token of [t.admin, 'bad', undefined])
      expect(await refusedUpgrade(t.wsUrl, { token })).toMatchObject({ status: 403, code: 'ADDRESS_REFUSED' });
  });

  it('is let in when it is listed, and its address is in the list of tokens', async () => {
    const t = await startTestGateway({ config: { security: { ipAllowlist: ['192.0.2.0/24'] } } });
    comeFrom('::ffff:192.0.2.44');
    expect((await t.call('GET', '/api/v1/agents', { token: t.admin })).status).toBe(200);
    await (await t.ws()).close();
    expect((await t.call('GET', '/api/v1/tokens', { token: t.admin })).json.tokens[0].lastAddress).toBe('192.0.2.44');
  });
});
