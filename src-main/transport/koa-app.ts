import type { RequestListener } from 'node:http';
import type { Router } from '@koa/router';
import Koa, { type Middleware } from 'koa';
import type { Logger } from 'pino';
import { AppError } from '../../src-shared/app-error.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { RequestState } from './bind-routes.ts';
import { type AddressGuard, addressOf } from './client-address.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { reportError } from './report-errors.ts';
import type { SiteGuard } from './site-guard.ts';
import type { StaticConsole } from './static-console.ts';

type AppPorts = {
  readonly log: Logger;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly router: Router<RequestState>;
  readonly pages: StaticConsole;
  /** Protocols that are no rows of the contract's table. */
  readonly doors: readonly Middleware<RequestState>[];
  readonly basePath: string;
  readonly limits: ConnectionLimits;
  /** False until the database and the signing key are at hand. */
  readonly guard: () => SiteGuard;
  readonly addresses: () => AddressGuard;
  /** `route` as the contract's table has it; `other` for what is not in it. */
  readonly answered: (method: string, route: string, status: number) => void;
};

/** `local`: the admin socket, where the file's mode is the credential and no browser can come. */
export type CreateListener = (door: { readonly local: boolean }) => RequestListener;

/** The one Koa application; every door (both loopback addresses, the admin socket) serves the same callback. */
export const createKoaApp = (ports: AppPorts): CreateListener => {
  const { log, router, pages, guard, basePath } = ports;
  return ({ local }) => {
    const app = new Koa<RequestState>();
    // Errors end up in the middleware below; what reaches this happened while an answer was being sent.
    app.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE')
        log.debug({ source: 'http', err: error }, 'answer broke off');
    });
    app.use(async (ctx, next) => {
      const startedAt = ports.clock.monotonic();
      const traceId = ports.randomBytes(16).toString('hex');
      ctx.state.traceId = traceId;
      ctx.state.address = addressOf(ctx.req.socket);
      ctx.state.local = local;
      ctx.state.markAuthenticated = () => ports.limits.authenticated(ctx.req.socket);
      ctx.set('X-Content-Type-Options', 'nosniff');
      ctx.set('X-Trace-Id', traceId);
      const openai = ctx.path.startsWith(`${basePath}v1/`);
      // The name under which those SDKs look for it.
      if (openai) ctx.set('X-Request-Id', traceId);
      ctx.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
      ctx.set('Referrer-Policy', 'no-referrer');
      try {
        if (!local) {
          ports.addresses().check(ctx.state.address);
          const listed = guard().check(ctx.req.headers);
          if (listed !== null && allowOrigin(ctx, listed)) return;
        }
        await next();
        if (ctx.status === 404 && ctx.body === undefined) throw new AppError('NOT_FOUND');
      } catch (thrown) {
        const { status, headers, body } = reportError(thrown, log, {
          traceId,
          token: ctx.state.tokenId,
          route: `${ctx.method} ${ctx.path}`,
          openai,
        });
        ctx.set(headers);
        ctx.status = status;
        ctx.body = body;
        // The rest of an unread body would be taken for the next request.
        if (!ctx.req.complete) ctx.set('Connection', 'close');
      }
      ports.answered(ctx.method, ctx.state.route ?? 'other', ctx.status);
      if (log.isLevelEnabled('debug'))
        log.debug(
          {
            source: 'http',
            traceId,
            token: ctx.state.tokenId,
            status: ctx.status,
            durationMs: Math.round(ports.clock.monotonic() - startedAt),
          },
          `${ctx.method} ${ctx.path}`,
        );
    });
    app.use(router.routes());
    app.use(
      router.allowedMethods({
        throw: true,
        methodNotAllowed: () => new AppError('METHOD_NOT_ALLOWED'),
        notImplemented: () => new AppError('METHOD_NOT_ALLOWED'),
      }),
    );
    for (const door of ports.doors) app.use(door);
    if (!local) app.use(pages.serve);
    return app.callback();
  };
};

/** CORS for an origin that the user has listed; true where the request was only a preflight. */
const allowOrigin = (ctx: Koa.Context, origin: string): boolean => {
  ctx.set({ 'Access-Control-Allow-Origin': origin, Vary: 'Origin' });
  if (ctx.method !== 'OPTIONS' || ctx.req.headers['access-control-request-method'] === undefined) return false;
  ctx.set({
    'Access-Control-Allow-Methods': 'GET, POST, PATCH, DELETE',
    'Access-Control-Allow-Headers': allowedHeaders(ctx.get('Access-Control-Request-Headers')),
    'Access-Control-Max-Age': '600',
  });
  ctx.status = 204;
  return true;
};

const ownHeaders = ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-API-Key', 'X-OpenClaw-Pin', 'X-OpenClaw-Session'];

/** Ours, and those with which the `openai` SDK says what it runs on. */
const allowedHeaders = (requested: string): string =>
  [...ownHeaders, ...requested.split(',').filter((name) => /^\s*x-stainless-[a-z-]+\s*$/i.test(name))].join(', ');
