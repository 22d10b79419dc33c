import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import type { AgentRegistry } from './agent-registry.ts';
import { type ModelRegistry, providerKeyName } from './models/resolve-model.ts';

type Ports = {
  readonly agents: AgentRegistry;
  readonly models: ModelRegistry;
  readonly engine: TurnEngine;
  readonly toolNames: readonly string[];
  readonly secrets: Pick<SecretStore, 'backend' | 'set'>;
};

export type AgentRoutes = {
  readonly listAgents: () => Promise<RouteAnswer<'listAgents'>>;
  readonly setModelKey: (input: RouteInput<'setModelKey'>) => Promise<RouteAnswer<'setModelKey'>>;
};

export const createAgentRoutes = ({ agents, models, engine, toolNames, secrets }: Ports): AgentRoutes => ({
  listAgents: async () => {
    const busy = new Set(engine.running().map((turn) => turn.request.agentId));
    const rows = agents.list().map(async (agent) => ({
      id: agent.id,
      name: agent.name,
      state: busy.has(agent.id) ? ('running' as const) : ('idle' as const),
      // A model that cannot be used is named with its reason rather than hiding the agent.
      model: await models.forAgent(agent.config).then(
        (client) => client.label,
        (error: Error) => error.message,
      ),
      tools: toolNames.filter((name) => agent.tools === null || agent.tools.includes(name)),
    }));
    return { status: 200, body: { agents: await Promise.all(rows) } };
  },
  setModelKey: async ({ body }) => {
    await secrets.set(providerKeyName(body.name), body.key);
    return { status: 200, body: { name: body.name, backend: secrets.backend } };
  },
});
