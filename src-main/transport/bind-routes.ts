import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import Router from '@koa/router';
import type { Context } from 'koa';
import { AppError } from '../../src-shared/app-error.ts';
import { type Route, type RouteAnswer, type RouteId, type RouteInput, routes } from '../../src-shared/contract/rest.ts';
import { localPrincipal, type Principal } from '../principal.ts';
import { type Authenticate, refuseApiKey, requireScope } from './authenticate.ts';
import type { BodyBudget } from './body-budget.ts';
import { parseInput, readBody, sha256 } from './read-body.ts';
import { readPin } from './read-pin.ts';
import { retryAfter } from './report-errors.ts';
import { openSse, type SseSink } from './sse.ts';

/** What a handler is told about the request beyond its parsed input. */
export type RequestInfo = {
  /** Null only on routes that need no credential. */
  readonly principal: Principal | null;
  readonly traceId: string;
  readonly address: string;
  readonly headers: IncomingHttpHeaders;
  /** What follows `?`, as it came. */
  readonly rawQuery: string;
  /** What the client gave as the PIN; not compared yet. */
  readonly pin: string | null;
  /** The client asks for `text/event-stream`. */
  readonly wantsStream: boolean;
  /** Calls back once if the client goes before it has its answer, at once where it has gone already; returns its undo. */
  readonly onHangUp: (listener: () => void) => () => void;
  /** SHA-256 (hex) of the body's bytes; of JSON Lines once they are read. */
  readonly bodyHash: () => string;
};

/** Text or bytes of a media type that the row lists; where somebody else's protocol is spoken, with its status and headers. */
export type RawAnswer = {
  readonly raw: {
    readonly type: string;
    readonly body: string | Buffer | Readable;
    readonly filename?: string;
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
  };
};

/** Instead of a body: server-sent events. `sse` returns its undo, called when the client is gone or the sink is closed. */
export type SseAnswer = {
  readonly sse: (sink: SseSink) => () => void;
  /** Its token has ended, and the stream with it: the last chance to say so. */
  readonly refused?: (sink: SseSink, error: AppError) => void;
};

export type Handler<Id extends RouteId> = (input: RouteInput<Id>, info: RequestInfo) => Promise<RouteAnswer<Id> | SseAnswer | RawAnswer>;
/** One for every row. */
export type Handlers = { readonly [Id in RouteId]: Handler<Id> };

type AnyHandler = (input: unknown, info: RequestInfo) => Promise<{ status: number; body: unknown } | SseAnswer | RawAnswer>;

/** Set on the Koa context by the doors in front of the routes. */
export type RequestState = {
  traceId: string;
  tokenId?: string;
  address: string;
  local: boolean;
  /** The row's path, once one is found. */
  route?: string;
  markAuthenticated: () => void;
};

type BindPorts = { readonly authenticate: Authenticate; readonly bodies: BodyBudget; readonly basePath: string };

/** Contract row + handler → validated route. Nothing reaches a handler that its row's schemas did not let through. */
export const bindRoutes = (handlers: Handlers, { authenticate, bodies, basePath }: BindPorts): Router<RequestState> => {
  const router = new Router<RequestState>({ prefix: basePath === '/' ? '' : basePath.slice(0, -1), exclusive: false });
  for (const id of Object.keys(routes) as RouteId[]) {
    const route: Route = routes[id];
    const handler = handlers[id] as AnyHandler;
    router.register(route.path.replace(/\{(\w+)\}/g, route.slashes ? '*$1' : ':$1'), [route.method], async (ctx) => {
      ctx.state.route = route.path;
      const principal = admit(route, ctx, authenticate);
      if (principal) {
        ctx.state.tokenId = principal.id;
        ctx.state.markAuthenticated();
      }
      const read = await readBody(route, {
        request: ctx.req,
        hold: bodies.open(ctx.res),
        recheck: () => void (principal && authenticate.recheck(principal)),
      });
      const run = async () =>
        handler(
          {
            params: route.params ? parseInput(route.params, ctx.params, 'path') : undefined,
            query: route.query ? parseInput(route.query, { ...ctx.query }, 'query') : undefined,
            body: read?.body,
          },
          {
            principal,
            traceId: ctx.state.traceId,
            address: ctx.state.address,
            headers: ctx.req.headers,
            rawQuery: ctx.querystring,
            pin: readPin(ctx.req.headers),
            wantsStream: route.stream === true && (ctx.req.headers.accept ?? '').includes('text/event-stream'),
            bodyHash: read?.hash ?? (() => sha256('')),
            onHangUp: (listener) => onHangUp(ctx.res, listener),
          },
        );
      const answer = await run().catch(async (thrown: unknown) => {
        await read?.takeRest?.();
        throw thrown;
      });
      if ('sse' in answer) openSse(ctx, principal ? endingWith(principal, authenticate, answer) : answer.sse);
      else if ('raw' in answer) {
        const { type, body, filename, status = 200, headers = {} } = answer.raw;
        ctx.status = status;
        ctx.set(headers);
        ctx.set('Content-Type', type);
        // Names a download; never shown in a page of this origin.
        if (filename !== undefined) ctx.attachment(filename);
        ctx.body = body;
        if (principal && body instanceof Readable) endWith(principal, authenticate, ctx.res);
      } else {
        ctx.status = answer.status;
        ctx.set(retryAfter(retryAfterIn(answer.body)));
        ctx.body = answer.body;
      }
    });
  }
  return router;
};

/** A turn that failed says so in its answer, as an error does. */
const retryAfterIn = (body: unknown): number | undefined =>
  (body as { readonly error?: { readonly retryAfterMs?: number } } | null | undefined)?.error?.retryAfterMs;

/** A download breaks off with the token that asked for it. */
const endWith = (principal: Principal, authenticate: Authenticate, response: ServerResponse): void => {
  const forget = authenticate.onEnd(principal, () => response.destroy());
  if (response.closed) forget();
  else response.once('close', forget);
};

/** A stream ends with the token that opened it. */
const endingWith =
  (principal: Principal, authenticate: Authenticate, answer: SseAnswer): SseAnswer['sse'] =>
  (sink) => {
    const undo = answer.sse(sink);
    const forget = authenticate.onEnd(principal, () => {
      answer.refused?.(sink, whyRefused(principal, authenticate));
      sink.close();
    });
    return () => {
      forget();
      undo();
    };
  };

const whyRefused = (principal: Principal, authenticate: Authenticate): AppError => {
  try {
    authenticate.recheck(principal);
    return new AppError('TOKEN_REVOKED');
  } catch (thrown) {
    return AppError.from(thrown);
  }
};

const onHangUp = (response: ServerResponse, listener: () => void): (() => void) => {
  const onClose = (): void => {
    if (!response.writableEnded) listener();
  };
  if (response.closed) onClose();
  else response.once('close', onClose);
  return () => response.off('close', onClose);
};

const admit = (route: Route, ctx: Context & { state: RequestState }, authenticate: Authenticate): Principal | null => {
  if (ctx.state.local) return localPrincipal;
  if (route.auth === 'open') return null;
  const principal = authenticate.fromHeaders(ctx.req, ctx.state.address);
  if (!principal) {
    if (route.auth === 'optional') return null;
    throw new AppError('TOKEN_MISSING', {
      hint: 'Send Authorization: Bearer <token>; make one with: openclaw token create --name my-client',
    });
  }
  if (route.auth !== 'key') refuseApiKey(principal);
  if (route.scope) requireScope(principal, route.scope);
  return principal;
};
