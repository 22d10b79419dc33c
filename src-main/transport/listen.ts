import type { IncomingMessage } from 'node:http';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '../../src-shared/app-error.ts';
import { findPortHolder } from './port-holder.ts';

export type ServerHooks = {
  readonly onRequest: RequestListener;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly onConnection: (socket: Socket) => void;
};

export type Listening = { readonly port: number; readonly close: () => Promise<void> };

/** An HTTP server with the limits of docs/security: headers 10 s and 16 KiB, a whole request 30 s; no limit on a waiting answer. */
const createLimitedServer = (hooks: ServerHooks): Server => {
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 16 * 1024,
      keepAliveTimeout: 30_000,
      noDelay: true,
    },
    hooks.onRequest,
  );
  server.maxHeadersCount = 100;
  server.on('upgrade', hooks.onUpgrade);
  server.on('connection', hooks.onConnection);
  return server;
};

/**
 * Listens on both loopback addresses, so that `localhost` works however it resolves; only a machine without
 * IPv6 goes without ::1. With another host, on that host alone.
 *
 * @param port 0 for any free one (the same on both)
 * @throws AppError PORT_TAKEN with `details: {port, holder, freePort}`
 */
export const listenDual = async (options: { readonly host: string; readonly port: number }, hooks: ServerHooks): Promise<Listening> => {
  const loopback = options.host === '127.0.0.1' || options.host === 'localhost' || options.host === '::1';
  const hosts = loopback ? ['127.0.0.1', '::1'] : [options.host];
  for (let attempt = 0; ; attempt += 1) {
    const servers: Server[] = [];
    const sockets = new Set<Socket>();
    const close = async (): Promise<void> => {
      const closed = Promise.all(servers.map(closeServer));
      // WebSockets too, which the server no longer counts as its own: one that does not answer our goodbye must not hold us up.
      for (const socket of sockets) socket.destroy();
      await closed;
    };
    let port = options.port;
    try {
      for (const host of hosts) {
        const server = createLimitedServer(hooks);
        server.on('connection', (socket: Socket) => {
          sockets.add(socket);
          socket.once('close', () => sockets.delete(socket));
        });
        const bound = await bind(server, host, port);
        if (bound === null) continue;
        servers.push(server);
        port = bound;
      }
      return { port, close };
    } catch (error) {
      await close();
      const code = (error as NodeJS.ErrnoException).code;
      // Any free port was asked for and its twin on ::1 was not free: take another.
      if (options.port === 0 && code === 'EADDRINUSE' && attempt < 20) continue;
      throw code === 'EADDRINUSE' || code === 'EACCES' ? await portTaken(options.port, servers.length > 0, code, error) : error;
    }
  }
};

/** The port, or null where the machine does not have this address. */
const bind = (server: Server, host: string, port: number): Promise<number | null> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const noIpv6 = host === '::1' && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT');
      if (noIpv6) resolve(null);
      else reject(error);
    });
    server.listen({ host, port, backlog: 511, ipv6Only: host === '::1' }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const portTaken = async (port: number, half: boolean, code: string, cause: unknown): Promise<AppError> => {
  if (code === 'EACCES')
    return new AppError('PORT_TAKEN', {
      cause,
      message: `Port ${port} needs rights that this user does not have.`,
      hint: 'Choose a port above 1023: openclaw gateway --port 18789',
      details: { port },
    });
  const holder = await findPortHolder(port);
  const freePort = await nextFreePort(port + 1);
  const who = holder ? `${holder.name} (pid ${holder.pid})` : 'another program';
  return new AppError('PORT_TAKEN', {
    cause,
    message: `Port ${port} is ${half ? 'half ' : ''}taken: ${who} listens on it${half ? ' at one of 127.0.0.1 and ::1, and both are needed' : ''}.`,
    hint: `End that program, or use another port: openclaw gateway --port ${freePort ?? port + 1}`,
    details: { port, holder, freePort },
  });
};

const nextFreePort = async (from: number): Promise<number | null> => {
  for (let port = from; port < from + 50 && port <= 65_535; port += 1) {
    const free = await Promise.all(['127.0.0.1', '::1'].map((host) => isFree(host, port)));
    if (free.every(Boolean)) return port;
  }
  return null;
};

const isFree = async (host: string, port: number): Promise<boolean> => {
  const probe = createServer();
  const result = await bind(probe, host, port).then(
    () => true,
    () => false,
  );
  await closeServer(probe);
  return result;
};
