import { AppError } from '../../src-shared/app-error.ts';
import type { Config } from '../../src-shared/contract/config.ts';
import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { Clock } from '../gateway-ports.ts';
import { callerOf, type Principal } from '../principal.ts';
import { wordsOf } from '../words-of.ts';
import type { McpServers } from './mcp-servers.ts';

type Ids = 'listMcpServers' | 'restartMcpServer' | 'callMcpTool';
export type McpRoutes = {
  readonly [Id in Ids]: (
    input: RouteInput<Id>,
    info: { readonly principal: Principal | null; readonly pin: string | null },
  ) => Promise<RouteAnswer<Id>>;
};

const limitMs = 60_000;
const resultMost = 64 * 1024;

export const createMcpRoutes = (ports: {
  readonly servers: McpServers;
  readonly clock: Clock;
  /** @throws AppError STOPPED */
  readonly requireNoStop: (ownerId: string) => void;
  readonly security: () => Config['security'];
  /** @throws AppError PIN_REQUIRED, PIN_WRONG, PIN_LOCKED */
  readonly requirePin: (given: string | null, what: string) => Promise<void>;
}): McpRoutes => {
  const { servers, clock } = ports;
  const all = (): RouteAnswer<'listMcpServers'> => ({ status: 200, body: { servers: [...servers.list()] } });
  return {
    listMcpServers: async () => all(),
    restartMcpServer: async ({ params }) => {
      servers.restart(params.server);
      return all();
    },
    callMcpTool: async ({ params, body }, info) => {
      ports.requireNoStop(callerOf(info).id);
      const name = `${params.server}.${params.tool}`;
      const tool = servers.tools().find((offered) => offered.name === name);
      if (!tool && servers.list().some((server) => server.name === params.server && server.state === 'ready'))
        throw new AppError('NOT_FOUND', { message: `There is no tool "${name}".` });
      const wrong = tool?.parameters.validate(body.arguments);
      if (wrong) throw new AppError('BAD_REQUEST', { message: `body.arguments: ${wrong}` });
      if (ports.security().requirePinFor.includes(name)) await ports.requirePin(info.pin, `"${name}"`);
      const limit = new AbortController();
      const cancel = clock.after(limitMs, () => limit.abort(new Error(`It took longer than ${limitMs / 1000} s.`)));
      const startedAt = clock.monotonic();
      const { ok, text } = await servers.call(params.server, params.tool, body.arguments, limit.signal).catch((error: unknown) => {
        if (error instanceof AppError) throw error;
        return { ok: false, text: wordsOf(error) };
      });
      cancel();
      return { status: 200, body: { ok, result: text.slice(0, resultMost), durationMs: Math.round(clock.monotonic() - startedAt) } };
    },
  };
};
