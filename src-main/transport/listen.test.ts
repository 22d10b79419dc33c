import { createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AppError } from '../../src-shared/app-error.ts';
import { call } from '../testing/http-client.ts';
import { createTestHome, startTestGateway } from '../testing/test-gateway.ts';

/** Takes a port on some of the loopback addresses. */
const hold = async (...hosts: string[]): Promise<number> => {
  let port = 0;
  for (const host of hosts) {
    const server: Server = createServer();
    port = await new Promise((resolve) =>
      server.listen({ host, port, ipv6Only: true }, () => resolve((server.address() as { port: number }).port)),
    );
    onTestFinished(() => new Promise((done) => server.close(() => done())));
  }
  return port;
};

describe('the gateway', () => {
  it('listens on 127.0.0.1 and ::1 under one port, and nowhere else', async () => {
    const t = await startTestGateway();
    for (const host of ['127.0.0.1', '[::1]', 'localhost'])
      expect((await call(`http://${host}:${t.port}`, 'GET', '/healthz')).status).toBe(200);
    await expect(call(`http://127.0.0.2:${t.port}`, 'GET', '/healthz')).rejects.toThrow(/ECONNREFUSED/);
  });

  for (const [what, hosts, half] of [
    ['taken', ['127.0.0.1', '::1'], false],
    ['taken on 127.0.0.1 alone', ['127.0.0.1'], false],
    ['taken on ::1 alone', ['::1'], true],
  ] as const) {
    it(`says who holds a port that is ${what}, offers a free one, and leaves nothing behind`, async () => {
      const port = await hold(...hosts);
      const home = createTestHome();
      const error = (await startTestGateway({ home, port }).catch((thrown: unknown) => thrown)) as AppError;
      expect(error).toMatchObject({
        code: 'PORT_TAKEN',
        message: expect.stringMatching(new RegExp(`Port ${port} is ${half ? 'half ' : ''}taken: .+ \\(pid ${process.pid}\\)`)),
        details: { port, holder: { pid: process.pid, name: expect.stringMatching(/\w/) }, freePort: expect.any(Number) },
      });
      const { freePort } = error.details as { freePort: number };
      expect(error.hint).toContain(String(freePort));
      // On that home and the port it offered it starts at once.
      expect((await startTestGateway({ home, port: freePort })).port).toBe(freePort);
    });
  }
});
