import { request } from 'node:http';
import { AppError } from '../../src-shared/app-error.ts';
import { errorBodySchema, type Route, type RouteAnswer, type RouteId, type RouteRequest, routes } from '../../src-shared/contract/rest.ts';
import { locateHome } from '../home.ts';
import { isAlive } from '../transport/admin-socket.ts';

/** Calls the running gateway's routes through its admin socket: the same HTTP, no second protocol. */
export type AdminClient = {
  /** @throws AppError as the gateway said it */
  readonly call: <Id extends RouteId>(id: Id, input: RouteRequest<Id>, pin?: string | null) => Promise<RouteAnswer<Id>>;
  /** Follows an event stream until it ends. */
  readonly follow: (path: string, onEvent: (data: unknown) => void) => Promise<void>;
};

/** Null where no gateway runs on this home. */
export const connectAdmin = async (env: Readonly<Record<string, string | undefined>>): Promise<AdminClient | null> => {
  const socketPath = locateHome(env).adminSocket;
  if (!(await isAlive(socketPath))) return null;
  return {
    call: async (id, input, pin = null) => {
      const route: Route = routes[id];
      const { params, query, body } = input as { params?: Record<string, string>; query?: Record<string, unknown>; body?: unknown };
      const path = route.path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params?.[name] ?? ''));
      const search = new URLSearchParams(
        Object.entries(query ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
      );
      const { status, text } = await send(socketPath, route.method, search.size > 0 ? `${path}?${search}` : path, body, pin);
      const value: unknown = JSON.parse(text);
      if (status in route.answers) return { status, body: value } as RouteAnswer<typeof id>;
      const { code, message, hint, details, retryAfterMs } = errorBodySchema.parse(value).error;
      throw new AppError(code, {
        message,
        details,
        ...(hint === undefined ? {} : { hint }),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
    },
    follow: (path, onEvent) =>
      new Promise((resolve, reject) => {
        request({ socketPath, path, method: 'GET', headers: { Accept: 'text/event-stream', Host: 'localhost' } }, (response) => {
          let rest = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            const events = `${rest}${chunk}`.split('\n\n');
            rest = events.pop() ?? '';
            for (const event of events) {
              const data = /^data: (.*)$/m.exec(event)?.[1];
              if (data !== undefined) onEvent(JSON.parse(data));
            }
          });
          response
            .once('end', resolve)
            .once('error', (cause) => reject(new AppError('GATEWAY_UNREACHABLE', { message: 'The gateway has ended.', cause })));
        })
          .once('error', reject)
          .end();
      }),
  };
};

const send = (
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  pin: string | null,
): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const outgoing = request(
      {
        socketPath,
        path,
        method,
        headers: {
          Host: 'localhost',
          ...(pin === null ? {} : { 'X-OpenClaw-Pin': encodeURIComponent(pin) }),
          ...(payload === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .once('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
      },
    );
    outgoing.once('error', (cause) => reject(new AppError('GATEWAY_UNREACHABLE', { cause }))).end(payload);
  });

export const unreachable = (): AppError =>
  new AppError('GATEWAY_UNREACHABLE', {
    message: 'No gateway runs on this home folder.',
    hint: 'Start one: npm start, or openclaw gateway',
  });
