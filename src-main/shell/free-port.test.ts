import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { findFreePort } from './free-port.ts';

const listen = async (host: string, port = 0): Promise<number> => {
  const server = createServer().listen(port, host);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

it('passes over a port that is taken on one of the loopback addresses', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const taken = await listen(host);
    const free = await findFreePort(taken - 1);
    expect(free).toBeGreaterThan(taken);
  }
});

it('stays among the ports there are', async () => {
  expect(await findFreePort(65_535)).toBeNull();
});
