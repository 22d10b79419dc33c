import type { Socket } from 'node:net';

export type ConnectionLimits = {
  /** Takes a new socket in, or refuses it with a 503 and closes it. */
  readonly admit: (socket: Socket) => void;
  readonly authenticated: (socket: Socket) => void;
  readonly open: () => number;
};

const silentMs = 30_000;

/** Caps on open sockets, and on those that have not shown a good credential yet. */
export const createConnectionLimits = (
  limits: () => { readonly connections: number; readonly unauthenticated: number },
): ConnectionLimits => {
  const open = new Set<Socket>();
  const strangers = new Set<Socket>();
  return {
    admit: (socket) => {
      const { connections, unauthenticated } = limits();
      if (open.size >= connections || strangers.size >= unauthenticated) {
        socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        // Only ended, it would still be read, and what it asks be done.
        socket.destroySoon();
        return;
      }
      open.add(socket);
      strangers.add(socket);
      socket.once('close', () => {
        open.delete(socket);
        strangers.delete(socket);
      });
      // Silent before a complete request: dropped. The first request lifts this (node's own limits go on).
      socket.setTimeout(silentMs, () => socket.destroy());
    },
    authenticated: (socket) => {
      if (strangers.delete(socket)) socket.setTimeout(0);
    },
    open: () => open.size,
  };
};
