import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { AppError } from '../../src-shared/app-error.ts';
import type { SessionCredential } from '../sessions/session-credential.ts';
import { type AddressGuard, addressOf } from './client-address.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { reportError } from './report-errors.ts';
import type { SiteGuard } from './site-guard.ts';
import type { Visitor, WsAdmission } from './ws-admission.ts';
import { serveConnection, type WsPorts } from './ws-connection.ts';

const heartbeatMs = 30_000;
const pingsPerHeartbeat = 100;

type ServerPorts = WsPorts & {
  readonly admission: WsAdmission;
  readonly sessions: Pick<SessionCredential, 'touch' | 'onIdle'>;
  readonly guard: () => SiteGuard;
  readonly addresses: () => AddressGuard;
  readonly limits: ConnectionLimits;
  /** Open connections that one token may have. */
  readonly perToken: () => number;
  readonly path: string;
};

export type WsServer = {
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
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

  const admit = async (request: IncomingMessage): Promise<Visitor> => {
    ports.addresses().check(addressOf(request.socket));
    ports.guard().check(request.headers);
    const [path, query = ''] = (request.url ?? '').split('?', 2);
    if (path !== ports.path) throw new AppError('NOT_FOUND', { hint: `The WebSocket is at ${ports.path}.` });
    return ports.admission.admit(request, new URLSearchParams(query));
  };

  const requireRoom = ({ by }: Visitor): void => {
    if ((byToken.get(by.id)?.size ?? 0) >= ports.perToken())
      throw new AppError('TOO_MANY_CONNECTIONS', { message: `This token has ${ports.perToken()} connections open already.` });
  };

  const take = (socket: WebSocket, wire: Duplex, visitor: Visitor): void => {
    const { by, only } = visitor;
    const own = byToken.get(by.id) ?? new Set();
    byToken.set(by.id, own.add(socket));
    sockets.add(socket);
    alive.add(socket);
    cancelBeat ??= ports.clock.after(heartbeatMs, beat);
    let pings = 0;
    let pingsSince = ports.clock.monotonic();
    socket.on('pong', () => alive.add(socket));
    socket.on('ping', () => {
      const now = ports.clock.monotonic();
      if (now - pingsSince >= heartbeatMs) {
        pings = 0;
        pingsSince = now;
      }
      pings += 1;
      if (pings > pingsPerHeartbeat) socket.close(1008, 'ping flood');
    });
    socket.on('message', () => {
      alive.add(socket);
      pings = 0;
      if (only !== null) ports.sessions.touch(only);
    });
    socket.on('close', () => {
      forgetEnd();
      forgetIdle?.();
      sockets.delete(socket);
      own.delete(socket);
      if (own.size === 0) byToken.delete(by.id);
    });
    serveConnection(socket, wire, visitor, ports);
    const forgetIdle = only === null ? null : ports.sessions.onIdle(only, () => socket.close(1008, 'SESSION_IDLE'));
    const forgetEnd = ports.authenticate.onEnd(by, (code) => socket.close(1008, code));
  };

  return {
    onUpgrade: async (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      try {
        const visitor = await admit(request);
        requireRoom(visitor);
        ports.limits.authenticated(request.socket);
        server.handleUpgrade(request, socket, head, (ws) => take(ws, socket, visitor));
      } catch (thrown) {
        const traceId = ports.randomBytes(16).toString('hex');
        const { status, headers, body } = reportError(thrown, ports.log, { traceId, route: 'GET /ws' });
        refuse(socket, status, headers, JSON.stringify(body));
      }
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
