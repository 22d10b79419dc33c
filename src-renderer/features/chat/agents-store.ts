import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiError } from '../../api/api-error.ts';
import type { HttpClient } from '../../api/http-client.ts';

export type Agent = Awaited<ReturnType<typeof listAgents>>['agents'][number];
export type AgentsState = { readonly agents: readonly Agent[]; readonly error: ApiError | null };
export type AgentsStore = StoreApi<AgentsState> & { readonly load: () => Promise<void> };

const listAgents = (http: HttpClient) => http.call('listAgents');

export const createAgentsStore = (http: HttpClient): AgentsStore => {
  const store = createStore<AgentsState>(() => ({ agents: [], error: null }));
  return Object.assign(store, {
    load: async () => {
      try {
        store.setState({ agents: (await listAgents(http)).agents, error: null });
      } catch (thrown) {
        store.setState({ error: ApiError.from(thrown) });
      }
    },
  });
};

/** The agent that answers when none was chosen. */
export const defaultAgentId = (agents: readonly Agent[]): string | null =>
  (agents.find(({ id }) => id === 'main') ?? agents[0])?.id ?? null;
