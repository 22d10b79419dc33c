import type { RouteAnswer } from '../../src-shared/contract/rest.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { AgentRegistry } from './agent-registry.ts';
import type { ModelRegistry } from './models/resolve-model.ts';
import type { ToolCatalog } from './tools/tool-catalog.ts';

type Ports = {
  readonly agents: AgentRegistry;
  readonly models: ModelRegistry;
  readonly engine: Pick<TurnEngine, 'running'>;
  readonly catalog: ToolCatalog;
};

export type AgentRoutes = {
  readonly listAgents: () => Promise<RouteAnswer<'listAgents'>>;
  readonly listTools: () => Promise<RouteAnswer<'listTools'>>;
};

export const createAgentRoutes = ({ agents, models, engine, catalog }: Ports): AgentRoutes => ({
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
      tools: catalog.tools(agent).map(({ name }) => name),
    }));
    return { status: 200, body: { agents: await Promise.all(rows) } };
  },
  listTools: async () => {
    const tools = catalog.tools({ id: agents.defaultId, tools: null }).map(({ name, description, effect }) => ({
      ...{ name, description, effect },
      // What comes from outside is called `server.tool`; no built-in name has a dot.
      server: name.includes('.') ? (name.split('.', 1)[0] ?? null) : null,
    }));
    return { status: 200, body: { tools } };
  },
});
