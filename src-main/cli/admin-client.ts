import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../src-shared/app-error.ts';
import { errorBodySchema, type Route, type RouteAnswer, type RouteId, type RouteRequest, routes } from '../../src-shared/contract/rest.ts';
import { locateHome } from '../home.ts';
import { isAlive } from '../transport/admin-socket.ts';

/** Calls the running gateway's routes through its admin socket: the same HTTP, no second protocol. */
export type AdminClient = {
  /** @throws AppError as the gateway said it */
  readonly call: <Id extends RouteId>(id: Id, input: RouteRequest<Id>, pin?: string | null) => Promise<RouteAnswer<Id>>;
  /** The answer as it comes, for files and JSON Lines. @throws AppError as the gateway said it */
  readonly download: <Id extends RouteId>(id: Id, input: RouteRequest<Id>) => Promise<Readable>;
  /** Sends JSON Lines, or a file, as they are read. @throws AppError as the gateway said it; what the stream throws */
  readonly upload: <Id extends RouteId>(id: Id, input: RouteRequest<Id>, lines: Readable) => Promise<RouteAnswer<Id>>;
  /** Follows an event stream until it ends; rejects where `signal` comes first. */
  readonly follow: (path: string, onEvent: (data: unknown, event: string) => void, signal?: AbortSignal) => Promise<void>;
};

/** Null where no gateway runs on this home. */
export const connectAdmin = async (env: Readonly<Record<string, string | undefined>>): Promise<AdminClient | null> => {
  const socketPath = locateHome(env).adminSocket;
  if (!(await isAlive(socketPath))) return null;
  const open = async (id: RouteId, input: object, pin: string | null, lines?: Readable): Promise<IncomingMessage> => {
    const route: Route = routes[id];
    const { params, query, body } = input as { params?: Record<string, string>; query?: Record<string, unknown>; body?: unknown };
    const path = route.path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params?.[name] ?? ''));
    const search = new URLSearchParams(
      Object.entries(query ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
    );
    const answer = await send(
      socketPath,
      route.method,
      search.size > 0 ? `${path}?${search}` : path,
      lines ?? body,
      pin,
      route.reads?.as === 'stream' ? route.reads.types?.[0] : undefined,
    );
    if ((answer.statusCode ?? 0) in route.answers) return answer;
    const { code, message, hint, details, retryAfterMs } = errorBodySchema.parse(JSON.parse(await text(answer))).error;
    throw new AppError(code, {
      message,
      details,
      ...(hint === undefined ? {} : { hint }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  };
  const read = async <Id extends RouteId>(answer: IncomingMessage): Promise<RouteAnswer<Id>> =>
    ({ status: answer.statusCode, body: JSON.parse(await text(answer)) }) as RouteAnswer<Id>;
  return {
    call: async (id, input, pin = null) => read(await open(id, input, pin)),
    download: (id, input) => open(id, input, null),
    upload: async (id, input, lines) => read(await open(id, input, null, lines)),
    follow: (path, onEvent, signal) =>
      new Promise((resolve, reject) => {
        request({ socketPath, path, method: 'GET', headers: { Accept: 'text/event-stream', Host: 'localhost' }, signal }, (response) => {
          let rest = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            const events = `${rest}${chunk}`.split('\n\n');
            rest = events.pop() ?? '';
            for (const event of events) {
              const data = /^data: (.*)$/m.exec(event)?.[1];
              if (data !== undefined) onEvent(JSON.parse(data), /^event: (.*)$/m.exec(event)?.[1] ?? 'message');
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

/** Resolves with the head of the answer. A stream is sent as JSON Lines, unless `type` says another; bytes as they are, anything else as JSON. */
const send = (
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  pin: string | null,
  type = 'application/jsonl',
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const lines = body instanceof Readable ? body : null;
    const payload = body === undefined || lines ? undefined : body instanceof Uint8Array ? body : JSON.stringify(body);
    const outgoing = request(
      {
        socketPath,
        path,
        method,
        headers: {
          Host: 'localhost',
          ...(pin === null ? {} : { 'X-OpenClaw-Pin': encodeURIComponent(pin) }),
          ...(lines ? { 'Content-Type': type } : {}),
          ...(payload === undefined
            ? {}
            : {
                'Content-Type': typeof payload === 'string' ? 'application/json' : 'application/octet-stream',
                'Content-Length': Buffer.byteLength(payload),
              }),
        },
      },
      resolve,
    );
    outgoing.once('error', (cause) => reject(new AppError('GATEWAY_UNREACHABLE', { cause })));
    // What cannot be read (no such file) is told as such; what cannot be sent is told by the request itself.
    if (lines) pipeline(lines, outgoing).catch(() => lines.errored && reject(lines.errored));
    else outgoing.end(payload);
  });

export const unreachable = (): AppError =>
  new AppError('GATEWAY_UNREACHABLE', {
    message: 'No gateway runs on this home folder.',
    hint: 'Start one: npm start, or openclaw gateway',
  });
