import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { AppError } from '../../src-shared/app-error.ts';
import type { Principal } from '../principal.ts';
import type { OneTimeCodes } from '../tokens/one-time-codes.ts';
import { type Authenticate, refuseApiKey } from './authenticate.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { reportError } from './report-errors.ts';
import type { SiteGuard } from './site-guard.ts';
import { serveConnection, type WsPorts } from './ws-connection.ts';

const heartbeatMs = 30_000;
const pingsPerHeartbeat = 100;

type ServerPorts = WsPorts & {
  readonly authenticate: Authenticate;
  readonly guard: () => SiteGuard;
  readonly tickets: OneTimeCodes<Principal>;
  readonly limits: ConnectionLimits;
  /** Open connections that one token may have. */
  readonly perToken: () => number;
  readonly path: string;
};

export type WsServer = {
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Closes the sockets of a token (null: all) with 1008. */
  readonly dropToken: (id: string | null) => void;
  readonly size: () => number;
  /** Says 1001 to everyone. */
  readonly close: () => Promise<void>;
};

/** `/ws`: site check, credential, caps – all before the 101. */
export const createWsServer = (ports: ServerPorts): WsServer => {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: 1024 * 1024,
    maxFragments: 64,
    perMessageDeflate: false,
    clientTracking: false,
  });
  const byToken = new Map<string, Set<WebSocket>>();
  const alive = new WeakSet<WebSocket>();
  const sockets = new Set<WebSocket>();
  let cancelBeat: (() => void) | null = null;

  const beat = (): void => {
    cancelBeat = sockets.size > 0 ? ports.clock.after(heartbeatMs, beat) : null;
    for (const socket of sockets) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  };

  const admit = (request: IncomingMessage, address: string): Principal => {
    ports.guard().check(request.headers);
    const url = new URL(request.url ?? '/', 'http://gateway');
    if (url.pathname !== ports.path) throw new AppError('NOT_FOUND', { hint: `The WebSocket is at ${ports.path}.` });
    const ticket = url.searchParams.get('ticket');
    const holder = ticket === null ? null : ports.tickets.redeem(ticket);
    const principal =
      ticket === null ? ports.authenticate.fromHeaders(request.headers, address) : holder && ports.authenticate.recheck(holder);
    if (!principal)
      throw ticket === null
        ? new AppError('TOKEN_MISSING', { hint: 'Send Authorization: Bearer <token>, or open /ws?ticket= from a browser.' })
        : ports.authenticate.refused(
            new AppError('TOKEN_INVALID', { message: 'The ticket is unknown, used or older than 30 s.' }),
            address,
          );
    refuseApiKey(principal);
    if (principal.expiresAt <= ports.clock.now()) throw new AppError('TOKEN_EXPIRED');
    if ((byToken.get(principal.id)?.size ?? 0) >= ports.perToken())
      throw new AppError('TOO_MANY_CONNECTIONS', { message: `This token has ${ports.perToken()} connections open already.` });
    return principal;
  };

  const take = (socket: WebSocket, wire: Duplex, principal: Principal): void => {
    const own = byToken.get(principal.id) ?? new Set();
    byToken.set(principal.id, own.add(socket));
    sockets.add(socket);
    alive.add(socket);
    cancelBeat ??= ports.clock.after(heartbeatMs, beat);
    const cancelExpiry = Number.isFinite(principal.expiresAt)
      ? ports.clock.after(Math.max(0, principal.expiresAt - ports.clock.now()), () => socket.close(1008, 'TOKEN_EXPIRED'))
      : null;
    let pings = 0;
    socket.on('pong', () => alive.add(socket));
    socket.on('ping', () => {
      pings += 1;
      if (pings > pingsPerHeartbeat) socket.close(1008, 'ping flood');
    });
    socket.on('message', () => {
      alive.add(socket);
      pings = 0;
    });
    socket.on('close', () => {
      cancelExpiry?.();
      sockets.delete(socket);
      own.delete(socket);
      if (own.size === 0) byToken.delete(principal.id);
    });
    serveConnection(socket, wire, principal, ports);
  };

  return {
    onUpgrade: (request, socket, head) => {
      const address = request.socket.remoteAddress ?? '';
      socket.on('error', () => socket.destroy());
      try {
        const principal = admit(request, address);
        ports.limits.authenticated(request.socket);
        server.handleUpgrade(request, socket, head, (ws) => take(ws, socket, principal));
      } catch (thrown) {
        const traceId = ports.randomBytes(16).toString('hex');
        const { status, headers, body } = reportError(thrown, ports.log, { traceId, route: 'GET /ws' });
        refuse(socket, status, headers, JSON.stringify(body));
      }
    },
    dropToken: (id) => {
      for (const socket of id === null ? [...sockets] : [...(byToken.get(id) ?? [])]) socket.close(1008, 'TOKEN_REVOKED');
    },
    size: () => sockets.size,
    close: async () => {
      cancelBeat?.();
      for (const socket of sockets) socket.close(1001, 'GATEWAY_STOPPING');
    },
  };
};

const refuse = (socket: Duplex, status: number, headers: Readonly<Record<string, string>>, body: string): void => {
  const lines = Object.entries({
    ...headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
};
