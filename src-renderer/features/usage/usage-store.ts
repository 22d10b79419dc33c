import type { z } from 'zod';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { routes } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import type { HttpClient } from '../../api/http-client.ts';
import { filledDays, type UsageRow } from './usage-figures.ts';

export const ranges = [7, 30, 90] as const;
export type Range = (typeof ranges)[number];

export type Budgets = z.output<(typeof routes)['getBudgets']['answers'][200]>;

export type UsageState = {
  readonly range: Range;
  /** Every day of the range, oldest first; null before the first answer. */
  readonly days: readonly UsageRow[] | null;
  readonly agents: readonly UsageRow[];
  readonly tokens: readonly UsageRow[];
  readonly models: readonly UsageRow[];
  /** Names of tokens, as far as this page may know them. */
  readonly tokenNames: ReadonlyMap<string, string>;
  readonly budgets: Budgets | null;
  readonly error: ApiError | null;
};

export type UsageStore = StoreApi<UsageState> & {
  /** Never rejects: what went wrong is in the state, beside what was known before. */
  readonly load: () => Promise<void>;
  readonly choose: (range: Range) => Promise<void>;
};

const dayMs = 24 * 3_600_000;
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

export const createUsageStore = (http: HttpClient, now: () => number): UsageStore => {
  const store = createStore<UsageState>(() => ({
    range: 30,
    days: null,
    agents: [],
    tokens: [],
    models: [],
    tokenNames: new Map(),
    budgets: null,
    error: null,
  }));
  let latest = 0;

  const load = async (): Promise<void> => {
    latest += 1;
    const mine = latest;
    const to = dayOf(now());
    const from = dayOf(now() - (store.getState().range - 1) * dayMs);
    const by = async (key: 'day' | 'agent' | 'token' | 'model') => (await http.call('getUsage', { query: { from, to, by: key } })).rows;
    try {
      const [days, agents, tokens, models, budgets, tokenNames] = await Promise.all([
        by('day'),
        by('agent'),
        by('token'),
        by('model'),
        http.call('getBudgets'),
        // Takes a scope of its own; without it ids will do.
        http.call('listTokens').then(
          (answer) => new Map(answer.tokens.map(({ id, name }) => [id, name])),
          () => new Map<string, string>(),
        ),
      ]);
      if (mine === latest) store.setState({ days: filledDays(days, from, to), agents, tokens, models, budgets, tokenNames, error: null });
    } catch (thrown) {
      if (mine === latest) store.setState({ error: ApiError.from(thrown) });
    }
  };

  return Object.assign(store, {
    load,
    choose: (range: Range) => {
      store.setState({ range });
      return load();
    },
  });
};
