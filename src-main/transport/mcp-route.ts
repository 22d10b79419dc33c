import type { Middleware } from 'koa';
import { AppError } from '../../src-shared/app-error.ts';
import type { McpDoor } from '../mcp/mcp-door.ts';
import { localPrincipal } from '../principal.ts';
import { type Authenticate, refuseApiKey } from './authenticate.ts';
import type { RequestState } from './bind-routes.ts';
import type { BodyBudget } from './body-budget.ts';
import { readJsonBody } from './read-body.ts';

/**
 * `/mcp`: the Model Context Protocol over streamable HTTP, behind the same guards and credentials as every route. Each
 * POST stands for itself; there is no stream to open by GET, and no session to end by DELETE.
 */
export const createMcpRoute =
  ({
    door,
    authenticate,
    bodies,
    basePath,
  }: {
    readonly door: McpDoor;
    readonly authenticate: Authenticate;
    readonly bodies: BodyBudget;
    readonly basePath: string;
  }): Middleware<RequestState> =>
  async (ctx, next) => {
    if (ctx.path !== `${basePath}mcp` && !(ctx.state.local && ctx.path === '/mcp')) return next();
    ctx.state.route = '/mcp';
    const by = ctx.state.local ? localPrincipal : authenticate.fromHeaders(ctx.req, ctx.state.address);
    if (!by)
      throw new AppError('TOKEN_MISSING', {
        hint: 'Send Authorization: Bearer <token>; make one with: openclaw token create --name my-client',
      });
    refuseApiKey(by);
    ctx.state.tokenId = by.id;
    ctx.state.markAuthenticated();
    if (ctx.method !== 'POST') throw new AppError('METHOD_NOT_ALLOWED');
    const { value } = await readJsonBody({ request: ctx.req, hold: bodies.open(ctx.res), recheck: () => void authenticate.recheck(by) });
    ctx.respond = false;
    await door({ request: ctx.req, response: ctx.res, body: value, by, traceId: ctx.state.traceId });
  };
