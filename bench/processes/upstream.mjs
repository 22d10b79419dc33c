// A model server that costs next to nothing: every POST is answered at once with the same 20 chunks. Bytes are made
// beforehand and HTTP is read by hand, because on two cores every microsecond here is taken from the gateway.
// argv[2]: `spread` sends each chunk in a packet of its own; otherwise they are written one after the other in one
// tick, which puts them into one packet, as node:http does it too.
import { createServer } from 'node:net';
import { answerHead, answerPieces } from './answer.mjs';

const spread = process.argv[2] === 'spread';
const whole = Buffer.concat([answerHead, ...answerPieces]);
const headEnd = Buffer.from('\r\n\r\n');

/** @param {import('node:net').Socket} socket @param {number} next */
const sendSpread = (socket, next = 0) => {
  const piece = answerPieces[next];
  if (piece === undefined || socket.destroyed) return;
  socket.write(piece);
  setImmediate(sendSpread, socket, next + 1);
};

/** @param {import('node:net').Socket} socket */
const answer = (socket) => {
  if (!spread) {
    socket.write(whole);
    return;
  }
  socket.write(answerHead);
  sendSpread(socket);
};

/**
 * How many bytes the first request in `bytes` takes, or 0 where it is not complete.
 * @param {Buffer} bytes
 */
const requestSize = (bytes) => {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return 0;
  const length = /content-length: *(\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1] ?? '0';
  const size = end + 4 + Number(length);
  return bytes.length < size ? 0 : size;
};

const server = createServer({ noDelay: true }, (socket) => {
  let waiting = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
    for (let size = requestSize(waiting); size > 0; size = requestSize(waiting)) {
      waiting = waiting.subarray(size);
      answer(socket);
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 });
});
process.on('disconnect', () => process.exit());
