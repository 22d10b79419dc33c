import type { AgentConfig } from '../../../src-shared/contract/config.ts';
import type { RoutingRule } from '../../../src-shared/contract/routing.ts';

type Patch = Readonly<Record<string, unknown>>;
type Known = { readonly agents: Readonly<Record<string, AgentConfig>>; readonly routing: readonly RoutingRule[] };

/** What is gone with an agent: its entry, and the rules that name it with their places. */
type Taken = { readonly entry: AgentConfig; readonly rules: readonly (readonly [number, RoutingRule])[] };

/** Takes an agent away, with the rules that name it unless it stays under its defaults. */
export const removal = (id: string, { agents, routing }: Known, stays: boolean): { readonly patch: Patch; readonly taken: Taken } => {
  const rules = routing.flatMap((rule, index) => (rule.agent === id && !stays ? [[index, rule] as const] : []));
  return {
    patch: {
      agents: { [id]: null },
      ...(rules.length === 0 ? {} : { routing: routing.filter(({ agent }) => agent !== id) }),
    },
    taken: { entry: agents[id] ?? {}, rules },
  };
};

/** Brings it back into the rules as they are by then. */
export const returning = (id: string, { entry, rules }: Taken, { routing }: Known): Patch => ({
  agents: { [id]: entry },
  ...(rules.length === 0 ? {} : { routing: rules.reduce((all, [index, rule]) => withRule(all, index, rule), routing) }),
});

/** At its place, or at the end where there are fewer by now. */
export const withRule = (rules: readonly RoutingRule[], index: number, rule: RoutingRule): readonly RoutingRule[] => [
  ...rules.slice(0, index),
  rule,
  ...rules.slice(index),
];

/** The one at `index` goes up (-1) or down (1); the same list where it cannot. */
export const moved = (rules: readonly RoutingRule[], index: number, by: -1 | 1): readonly RoutingRule[] => {
  const rule = rules[index];
  const target = index + by;
  if (rule === undefined || target < 0 || target >= rules.length) return rules;
  return withRule(
    rules.filter((_one, at) => at !== index),
    target,
    rule,
  );
};
