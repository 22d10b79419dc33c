import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A wire that breaks: passes bytes to the gateway and back, and cuts each connection where the test says. */
export type CuttingProxy = {
  readonly port: number;
  /** Connections to come are cut after so many bytes to the client, one number each; then no more. */
  readonly cutAfter: (bytes: readonly number[]) => void;
};

export const startCuttingProxy = async (target: number): Promise<CuttingProxy> => {
  let cuts: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const gateway = connect(target, '127.0.0.1');
    let left = cuts.shift() ?? Number.POSITIVE_INFINITY;
    const end = (): void => {
      client.destroy();
      gateway.destroy();
    };
    for (const socket of [client, gateway]) {
      sockets.add(socket.on('error', end).on('close', end));
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (data) => gateway.write(data));
    gateway.on('data', (data) => {
      const passed = data.subarray(0, left);
      left -= data.length;
      if (left > 0) client.write(passed);
      // The last bytes are to arrive: `end` sends them before it closes.
      else client.end(passed, () => gateway.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as { port: number }).port,
    cutAfter: (bytes) => {
      cuts = [...bytes];
    },
  };
};
