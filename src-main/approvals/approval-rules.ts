import { AppError } from '../../src-shared/app-error.ts';
import type { Clock } from '../gateway-ports.ts';
import type { ApprovalRuleRow, Database, Write } from '../storage/database.ts';

/** What may happen without asking: rules that stand until they are taken back, and what was allowed for one session. */
export type ApprovalRules = {
  /** Whether this exact action of this agent is allowed; counts the use. */
  readonly allows: (subject: RuleSubject) => boolean;
  /** From now on in this session, until the gateway ends. */
  readonly allowInSession: (subject: RuleSubject) => void;
  /** The write that makes it a rule, and what makes the rule known once that is on the disk. */
  readonly allowAlways: (subject: RuleSubject, title: string, by: string) => { readonly write: Write; readonly stored: () => void };
  /** Newest first. */
  readonly list: () => readonly ApprovalRuleRow[];
  /** @throws AppError RULE_UNKNOWN */
  readonly remove: (id: string) => Promise<void>;
};

export type RuleSubject = { readonly agentId: string; readonly sessionId: string; readonly tool: string; readonly key: string };

/** Sessions whose grants are remembered; the oldest are forgotten and asked about again. */
const sessionsMost = 1_000;

export const openApprovalRules = async (ports: {
  readonly database: Database;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
}): Promise<ApprovalRules> => {
  const { database, clock } = ports;
  const rules = new Map<string, ApprovalRuleRow>();
  for (const rule of await database.read({ op: 'rule.list' })) rules.set(rule.id, rule);
  const bySession = new Map<string, Set<string>>();

  const find = ({ agentId, tool, key }: RuleSubject): ApprovalRuleRow | undefined =>
    [...rules.values()].find((rule) => rule.agentId === agentId && rule.tool === tool && rule.key === key);

  return {
    allows: (subject) => {
      const rule = find(subject);
      if (!rule) return bySession.get(subject.sessionId)?.has(grantOf(subject)) ?? false;
      const at = clock.now();
      rules.set(rule.id, { ...rule, uses: rule.uses + 1, lastUsedAt: at });
      // A count that is lost costs nothing.
      database.write([{ op: 'rule.used', id: rule.id, at }]).catch(() => undefined);
      return true;
    },
    allowInSession: (subject) => {
      const [oldest] = bySession.keys();
      if (oldest !== undefined && bySession.size >= sessionsMost) bySession.delete(oldest);
      bySession.set(subject.sessionId, (bySession.get(subject.sessionId) ?? new Set()).add(grantOf(subject)));
    },
    allowAlways: ({ agentId, tool, key }, title, by) => {
      const rule: ApprovalRuleRow = {
        ...{ id: ports.newId(), agentId, tool, key, title },
        ...{ createdAt: clock.now(), createdBy: by, lastUsedAt: null, uses: 0 },
      };
      return { write: { op: 'rule.put', rule }, stored: () => void rules.set(rule.id, rule) };
    },
    list: () => [...rules.values()].sort((a, b) => b.createdAt - a.createdAt),
    remove: async (id) => {
      if (!rules.has(id)) throw new AppError('RULE_UNKNOWN');
      // Ends at once, even before the disk has it.
      rules.delete(id);
      await database.write([{ op: 'rule.delete', id }]);
    },
  };
};

const grantOf = ({ agentId, tool, key }: RuleSubject): string => `${agentId}\0${tool}\0${key}`;
