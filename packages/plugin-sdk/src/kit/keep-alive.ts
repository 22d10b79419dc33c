/** A WebSocket of `ws`, as far as it is looked at here. */
type Socket = {
  readonly readyState: number;
  readonly ping: () => void;
  readonly terminate: () => void;
  readonly on: (sign: 'ping' | 'pong' | 'message', listener: () => void) => unknown;
};

const isOpen = 1;

/** Ends a connection that is open on our side only: one that says nothing after a ping. @returns its undo, for when it is closed */
export const keepAlive = (socket: Socket, everyMs = 20_000): (() => void) => {
  let isAlive = true;
  for (const sign of ['pong', 'ping', 'message'] as const)
    socket.on(sign, () => {
      isAlive = true;
    });
  const looking = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    if (socket.readyState === isOpen) socket.ping();
  }, everyMs);
  return () => clearInterval(looking);
};
