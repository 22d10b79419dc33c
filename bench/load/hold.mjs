import { openSocket } from './ws-lanes.mjs';

const atOnce = 50;

/**
 * Opens sockets and keeps them. Resolves, once all are open, to what closes them.
 * @param {{port: number, token: string, sockets: number}} target
 */
export const hold = async ({ sockets, ...target }) => {
  /** @type {import('ws').WebSocket[]} */
  const held = [];
  let left = sockets;
  const opener = async () => {
    while (left > 0) {
      left -= 1;
      held.push(await openSocket(target));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, opener));
  return async () => {
    for (const socket of held) socket.terminate();
  };
};
