import * as z from 'zod';
import { agentIdSchema } from '../models/ids.ts';

const routingRuleSchema = z.strictObject({
  channel: z.string().min(1).max(128).optional().describe('the id of a channel: console, api, cli, mcp, or one of channels'),
  sender: z.string().min(1).max(256).optional().describe("the platform's id of who sent it; else anyone"),
  agent: agentIdSchema.describe('who answers'),
});
export type RoutingRule = z.output<typeof routingRuleSchema>;

export const routingSchema = z.array(routingRuleSchema).max(256);

/** There whatever the configuration says. */
export const builtInAgentIds = ['main', 'dev-coder'] as const;

/** Every agent there is: the built-in ones, then those of `config.agents`. */
export const agentIdsOf = (configured: Readonly<Record<string, unknown>>): readonly string[] => [
  ...new Set([...builtInAgentIds, ...Object.keys(configured)]),
];

export type RuleProblem = 'names-nothing' | 'unknown-agent';

/** Why a rule is skipped; null for one that counts. */
export const problemOfRule = ({ channel, sender, agent }: RoutingRule, agentIds: readonly string[]): RuleProblem | null => {
  if (channel === undefined && sender === undefined) return 'names-nothing';
  return agentIds.includes(agent) ? null : 'unknown-agent';
};

export type Origin = { readonly channel: string; readonly sender?: string | undefined };

/** The first rule that counts and fits; -1 for none. */
export const ruleFor = (rules: readonly RoutingRule[], { channel, sender }: Origin, agentIds: readonly string[]): number =>
  rules.findIndex(
    (rule) =>
      problemOfRule(rule, agentIds) === null &&
      (rule.channel === undefined || rule.channel === channel) &&
      (rule.sender === undefined || rule.sender === sender),
  );

type RoutingConfig = {
  readonly routing: readonly RoutingRule[];
  readonly agents: Readonly<Record<string, unknown>>;
  readonly channels: Readonly<Record<string, { readonly agent?: string | undefined }>>;
};

/** Who answers what names no agent itself: by the rules, then by the channel; null where neither says. */
export const routeTo = ({ routing, agents, channels }: RoutingConfig, origin: Origin): string | null => {
  const rule = routing[ruleFor(routing, origin, agentIdsOf(agents))];
  return rule?.agent ?? (Object.hasOwn(channels, origin.channel) ? channels[origin.channel]?.agent : null) ?? null;
};
