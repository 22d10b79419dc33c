import { createServer } from 'node:net';

/** How far to look; a machine with this many neighbours taken has another problem. */
const tries = 100;

/** The next port after `taken` that is free on both loopback addresses, or null. Free now, that is: nobody holds it. */
export const findFreePort = async (taken: number): Promise<number | null> => {
  for (let port = taken + 1; port <= Math.min(taken + tries, 65_535); port += 1) {
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'))) return port;
  }
  return null;
};

const isFree = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    // A machine without IPv6 cannot have its port taken there.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
