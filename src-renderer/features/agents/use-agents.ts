import { useStore } from 'zustand';
import type { AgentConfig } from '../../../src-shared/contract/config.ts';
import { agentIdsOf, type RoutingRule } from '../../../src-shared/contract/routing.ts';
import { useConsole } from '../../console-context.ts';
import type { AgentRow } from './agent-card.tsx';
import { isBuiltIn } from './agent-form.ts';

/** Channels that every gateway has. */
const ownChannels = ['console', 'api', 'cli', 'mcp'];

export type KnownAgents = {
  readonly rows: readonly AgentRow[];
  readonly ids: readonly string[];
  readonly models: readonly string[];
  readonly channels: readonly string[];
  readonly config: {
    readonly agents: Readonly<Record<string, AgentConfig>>;
    readonly routing: readonly RoutingRule[];
    readonly channels: Readonly<Record<string, { readonly agent?: string | undefined }>>;
  };
};

/** What the page shows, put together; null until there is enough of it. */
export const useAgents = (): KnownAgents | null => {
  const { agents, agentsPage, settings, status } = useConsole();
  const known = useStore(settings, (state) => state.view?.known);
  const list = useStore(agents, (state) => state.agents);
  const { spent, limits } = useStore(agentsPage);
  const stops = useStore(status, (state) => state.status?.stops);
  if (known === undefined || list.length === 0) return null;
  const isStopped = (id: string): boolean => (stops ?? []).some((stop) => stop.what === 'all' || (stop.what === 'agent' && stop.id === id));
  return {
    rows: list.map(({ id, name, model, state, tools }) => ({
      ...{ id, name, model },
      tools: tools.length,
      state: isStopped(id) ? 'stopped' : state,
      spentUsd: spent.get(id) ?? 0,
      limitUsd: limits.get(id) ?? null,
      removable: !isBuiltIn(id) ? 'yes' : Object.hasOwn(known.agents, id) ? 'reset' : 'no',
    })),
    ids: agentIdsOf(known.agents),
    models: Object.keys(known.models),
    channels: [...ownChannels, ...Object.keys(known.channels)],
    config: known,
  };
};
