import type { IncomingMessage } from 'node:http';
import { AppError } from '../../src-shared/app-error.ts';
import type { Principal } from '../principal.ts';
import type { SessionCredential } from '../sessions/session-credential.ts';
import type { OneTimeCodes } from '../tokens/one-time-codes.ts';
import { type Authenticate, refuseApiKey, requireScope } from './authenticate.ts';
import { addressOf } from './client-address.ts';

/** Who is on a connection, from where, and what it may speak of. */
export type Visitor = {
  readonly by: Principal;
  readonly address: string;
  /** Opened by a Session ID: the handle of the one session it is for. Null: all that `by` may. */
  readonly only: string | null;
};

/** Whose upgrade this is: by a header, or by a ticket or a Session ID in the query – which open nothing else. */
export type WsAdmission = {
  /** @throws AppError TOKEN_*, SESSION_IDLE, SCOPE_MISSING, RATE_LIMITED */
  readonly admit: (request: IncomingMessage, query: URLSearchParams) => Promise<Visitor>;
};

export const createWsAdmission = (ports: {
  readonly authenticate: Authenticate;
  readonly tickets: OneTimeCodes<Principal>;
  readonly sessions: Pick<SessionCredential, 'open'>;
}): WsAdmission => {
  const { authenticate } = ports;

  const byTicket = async (ticket: string, address: string): Promise<Principal> => {
    const holder = ports.tickets.redeem(ticket);
    if (!holder) throw new AppError('TOKEN_INVALID', { message: 'The ticket is unknown, used or older than 30 s.' });
    const by = authenticate.recheck(holder);
    authenticate.used(by, address);
    return by;
  };

  /** With the rights of the token that made the session. One that was made on this computer has none. */
  const bySessionId = async (sessionId: string, address: string): Promise<{ by: Principal; only: string }> => {
    const session = await ports.sessions.open(sessionId);
    const by = authenticate.byId(session.ownerId);
    authenticate.used(by, address);
    return { by, only: session.id };
  };

  const identify = async (request: IncomingMessage, query: URLSearchParams, address: string): Promise<Omit<Visitor, 'address'>> => {
    const ticket = query.get('ticket');
    if (ticket !== null) return { by: await authenticate.counting(address, () => byTicket(ticket, address)), only: null };
    const by = authenticate.fromHeaders(request, address);
    if (by) return { by, only: null };
    const sessionId = query.get('sessionId');
    if (sessionId !== null) return authenticate.counting(address, () => bySessionId(sessionId, address));
    throw new AppError('TOKEN_MISSING', { hint: 'Send Authorization: Bearer <token>, or open /ws?ticket= from a browser.' });
  };

  return {
    admit: async (request, query) => {
      const address = addressOf(request.socket);
      const { by, only } = await identify(request, query, address);
      refuseApiKey(by);
      if (only !== null) requireScope(by, 'messages');
      return { by, address, only };
    },
  };
};
