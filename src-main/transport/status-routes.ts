import { AppError } from '../../src-shared/app-error.ts';
import type { Config } from '../../src-shared/contract/config.ts';
import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { AgentRegistry } from '../agents/agent-registry.ts';
import type { ModelRegistry } from '../agents/models/resolve-model.ts';
import type { GatewayPorts } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { Stops } from '../sessions/stops.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { SecretStore } from '../storage/secret-store.ts';

type StatusPorts = {
  readonly config: () => Config;
  readonly channelStates: () => readonly { readonly id: string; readonly state: string }[];
  /** What is wrong with `config.json`. */
  readonly configProblems: () => readonly string[];
  readonly quotaWarning: () => string | null;
  /** Of other parts, in words. */
  readonly warnings: () => readonly string[];
  readonly ports: Pick<GatewayPorts, 'version' | 'clock'>;
  readonly engine: TurnEngine;
  readonly stops: Pick<Stops, 'list'>;
  readonly agents: AgentRegistry;
  readonly models: ModelRegistry;
  readonly secrets: SecretStore;
  /** Monotonic, ms. */
  readonly startedAt: number;
  /** False from the moment the gateway stops. */
  readonly ready: () => boolean;
};

type Ids = 'getStatus' | 'getHealth' | 'getReady';
export type StatusRoutes = {
  readonly [Id in Ids]: (input: RouteInput<Id>, info: { readonly principal: Principal | null }) => Promise<RouteAnswer<Id>>;
};

/** How the gateway is: a little for anyone, the rest with a token. */
export const createStatusRoutes = ({
  config,
  channelStates,
  configProblems,
  quotaWarning,
  warnings,
  ports,
  engine,
  stops,
  agents,
  models,
  secrets,
  startedAt,
  ready,
}: StatusPorts): StatusRoutes => ({
  getStatus: async (_input, info) => {
    if (!info.principal && config().security.statusRequiresToken) throw new AppError('TOKEN_MISSING');
    const busy = new Set(engine.running().map((turn) => turn.request.agentId));
    const open = {
      status: ready() ? ('ok' as const) : ('stopping' as const),
      version: ports.version,
      uptimeMs: Math.round(ports.clock.monotonic() - startedAt),
      agents: agents.list().map(({ id }) => ({ id, state: busy.has(id) ? ('running' as const) : ('idle' as const) })),
    };
    if (!info.principal) return { status: 200, body: open };
    return {
      status: 200,
      body: {
        ...open,
        channels: channelStates().map(({ id, state }) => ({ id, state })),
        queue: engine.queue(),
        stops: [...stops.list()],
        models: models.health().map((health) => ({ ...health })),
        secrets: { backend: secrets.backend, warning: secrets.warning },
        warnings: [...configProblems().map((problem) => `config.json, ${problem}`), quotaWarning(), ...warnings()].filter(
          (warning) => warning !== null,
        ),
      },
    };
  },
  getHealth: async () => ({ status: 200, body: { status: 'ok' } }),
  getReady: async () => {
    if (!ready()) throw new AppError('GATEWAY_STOPPING');
    return { status: 200, body: { status: 'ready' } };
  },
});
