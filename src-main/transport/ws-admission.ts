import type { IncomingMessage } from 'node:http';
import { AppError } from '../../src-shared/app-error.ts';
import type { Principal } from '../principal.ts';
import type { OneTimeCodes } from '../tokens/one-time-codes.ts';
import { type Authenticate, refuseApiKey } from './authenticate.ts';

/** Who is on a connection, and from where. */
export type Visitor = { readonly by: Principal; readonly address: string };

type AdmissionPorts = {
  readonly authenticate: Authenticate;
  readonly tickets: OneTimeCodes<Principal>;
};

/** Whose upgrade this is: by a header, or by a ticket in the query. */
export type WsAdmission = {
  /** @throws AppError TOKEN_*, SCOPE_MISSING, RATE_LIMITED */
  readonly admit: (request: IncomingMessage, query: URLSearchParams) => Visitor;
};

export const createWsAdmission = ({ authenticate, tickets }: AdmissionPorts): WsAdmission => {
  const byTicket = (ticket: string, address: string): Principal => {
    const holder = tickets.redeem(ticket);
    if (!holder) throw new AppError('TOKEN_INVALID', { message: 'The ticket is unknown, used or older than 30 s.' });
    const by = authenticate.recheck(holder);
    authenticate.used(by, address);
    return by;
  };

  return {
    admit: (request, query) => {
      const address = request.socket.remoteAddress ?? '';
      const ticket = query.get('ticket');
      const by =
        ticket === null
          ? authenticate.fromHeaders(request.headers, address)
          : authenticate.counting(address, () => byTicket(ticket, address));
      if (!by) throw new AppError('TOKEN_MISSING', { hint: 'Send Authorization: Bearer <token>, or open /ws?ticket= from a browser.' });
      refuseApiKey(by);
      return { by, address };
    },
  };
};
