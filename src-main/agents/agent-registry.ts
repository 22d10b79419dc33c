import { AppError } from '../../src-shared/app-error.ts';
import type { AgentConfig, Config } from '../../src-shared/contract/config.ts';
import { agentIdsOf, type builtInAgentIds } from '../../src-shared/contract/routing.ts';
import { nearNames } from '../../src-shared/near-names.ts';
import type { LiveConfig } from '../config/live-config.ts';

export type Agent = {
  readonly id: string;
  readonly name: string;
  readonly system: string;
  readonly maxSteps: number;
  /** Names of the tools it may use; null: every built-in one. */
  readonly tools: readonly string[] | null;
  /** As the config names it; null: `workspace/<id>`. */
  readonly workspace: string | null;
  readonly config: AgentConfig;
};

export type AgentRegistry = {
  readonly defaultId: string;
  readonly list: () => readonly Agent[];
  /** @throws AppError AGENT_UNKNOWN with near names */
  readonly get: (id: string) => Agent;
};

const builtIn: Readonly<Record<(typeof builtInAgentIds)[number], { name: string; system: string }>> = {
  main: {
    name: 'Main',
    system:
      'You are a helpful assistant. Answer in the language of the user, briefly and correctly. Use tools where they help; never claim to have done what no tool did.',
  },
  'dev-coder': {
    name: 'Dev Coder',
    system:
      'You are a careful software engineer. Answer in the language of the user. Read the code before you speak about it, prefer small changes, show code in fenced blocks, and never claim to have done what no tool did.',
  },
};

/** `main` and `dev-coder` always exist; `config.agents` changes them and adds others. */
export const createAgentRegistry = (live: Pick<LiveConfig, 'current'>): AgentRegistry => {
  let last: { readonly config: Config['agents']; readonly agents: ReadonlyMap<string, Agent> } | null = null;
  const agents = (): ReadonlyMap<string, Agent> => {
    const config = live.current().agents;
    if (last?.config !== config) last = { config, agents: agentsOf(config) };
    return last.agents;
  };
  return {
    defaultId: 'main',
    list: () => [...agents().values()],
    get: (id) => {
      const agent = agents().get(id);
      if (agent) return agent;
      const ids = [...agents().keys()];
      const near = nearNames(id, ids);
      throw new AppError('AGENT_UNKNOWN', {
        message: `There is no agent "${id}".`,
        hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `Agents: ${ids.join(', ')}.`,
      });
    },
  };
};

const agentsOf = (config: Config['agents']): ReadonlyMap<string, Agent> => {
  return new Map(
    agentIdsOf(config).map((id): [string, Agent] => {
      const own = config[id] ?? {};
      const base = id === 'main' || id === 'dev-coder' ? builtIn[id] : { name: id, system: builtIn.main.system };
      return [
        id,
        {
          id,
          name: own.name ?? base.name,
          system: own.system ?? base.system,
          maxSteps: own.maxSteps ?? 25,
          tools: own.tools ?? null,
          workspace: own.workspace ?? null,
          config: own,
        },
      ];
    }),
  );
};
