import { createServer } from 'node:net';

/** The port the tutorial's clients name. */
export const SEED_PORT = 18_789;

/** Fails in words when something else holds the port that a test cannot do without. */
export const requireFreePort = async (port: number): Promise<void> => {
  for (const host of ['127.0.0.1', '::1']) {
    await new Promise<void>((resolve, reject) => {
      const probe = createServer();
      probe.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE')
          reject(new Error(`Port ${port} on ${host} is taken; these tests run the tutorial's clients, which name it. End what holds it.`));
        else resolve();
      });
      probe.listen({ port, host, ipv6Only: true }, () => probe.close(() => resolve()));
    });
  }
};

/** A port that nobody holds now; for what has to be told its port. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
