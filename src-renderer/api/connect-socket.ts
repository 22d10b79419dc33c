import type { SocketLike } from './event-socket.ts';
import type { HttpClient } from './http-client.ts';

type ConnectOptions = {
  readonly http: HttpClient;
  /** Where the gateway is, with a slash at the end. */
  readonly baseUrl: string;
  readonly openSocket: (url: string) => SocketLike;
};

/** A browser cannot set headers on a WebSocket, so each one is opened with a ticket of its own. */
export const createConnect =
  ({ http, baseUrl, openSocket }: ConnectOptions) =>
  async (): Promise<SocketLike> => {
    const { ticket } = await http.call('createTicket');
    const url = new URL('ws', baseUrl);
    url.protocol = url.protocol.replace('http', 'ws');
    url.searchParams.set('ticket', ticket);
    return openSocket(url.href);
  };
