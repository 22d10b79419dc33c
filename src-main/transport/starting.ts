import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError } from '../../src-shared/app-error.ts';
import type { RandomBytes } from '../gateway-ports.ts';
import { toErrorBody } from './report-errors.ts';

/** Answers while the database and the signing key are being opened: alive, not ready. */
export const startingListener =
  (randomBytes: RandomBytes): RequestListener =>
  (request, response) => {
    const alive = request.url === '/healthz';
    response.writeHead(alive ? 200 : 503, {
      'Content-Type': 'application/json; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      ...(alive ? {} : { 'Retry-After': '1' }),
    });
    response.end(
      JSON.stringify(
        alive ? { status: 'ok' } : toErrorBody(new AppError('GATEWAY_STARTING', { retryAfterMs: 1_000 }), randomBytes(16).toString('hex')),
      ),
    );
  };

export const startingUpgrade = (_request: IncomingMessage, socket: Duplex, _head: Buffer): void => {
  socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
};
