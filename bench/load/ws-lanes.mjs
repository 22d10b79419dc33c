import { once } from 'node:events';
import { WebSocket } from 'ws';
import { lastWord } from '../processes/answer.mjs';
import { question } from './lanes.mjs';

/** @typedef {import('./lanes.mjs').Lanes} Lanes */

const marks = {
  last: Buffer.from(lastWord),
  delta: Buffer.from('"type":"delta"'),
  response: Buffer.from('"type":"response"'),
  error: Buffer.from('"type":"error"'),
};

let sessions = 0;

/**
 * One connection for each lane. Every message goes to a session of its own, so that no history grows.
 * @param {import('./lanes.mjs').WsKind} kind
 * @param {import('./lanes.mjs').Target} target
 * @returns {Promise<Lanes>}
 */
export const wsLanes = async (kind, target) => {
  const sockets = await Promise.all(Array.from({ length: target.concurrency }, () => openSocket(target)));
  return {
    calls: sockets.map((socket) => (kind === 'echo' ? echoCall(socket) : messageCall(socket, kind === 'ws-stream'))),
    close: async () => {
      for (const socket of sockets) socket.terminate();
    },
  };
};

/** @param {{port: number, token: string}} target */
export const openSocket = async ({ port, token }) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false });
  await once(socket, 'open');
  return socket;
};

/** @param {WebSocket} socket @param {boolean} stream @returns {import('./lanes.mjs').Call} */
const messageCall = (socket, stream) => () =>
  new Promise((resolve) => {
    /** @type {number | null} */
    let firstAt = null;
    const done = (/** @type {boolean} */ ok) => {
      socket.off('message', onMessage);
      socket.off('close', onClose);
      resolve({ firstAt, ok });
    };
    const onClose = () => done(false);
    const onMessage = (/** @type {Buffer} */ data) => {
      if (firstAt === null && stream && data.includes(marks.delta)) firstAt = performance.now();
      if (data.includes(marks.response)) done(data.includes(marks.last));
      else if (data.includes(marks.error)) done(false);
    };
    socket.on('message', onMessage);
    socket.on('close', onClose);
    sessions += 1;
    socket.send(
      JSON.stringify({ type: 'message', content: question, sessionId: `bench-${process.pid}-${sessions}`, ...(stream ? { stream } : {}) }),
    );
  });

/** @param {WebSocket} socket @returns {import('./lanes.mjs').Call} */
const echoCall = (socket) => () =>
  new Promise((resolve) => {
    socket.once('message', () => resolve({ firstAt: null, ok: true }));
    socket.send(JSON.stringify({ type: 'message', content: question }));
  });
