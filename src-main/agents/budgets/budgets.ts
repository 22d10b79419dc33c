import { AppError } from '../../../src-shared/app-error.ts';
import type { Config } from '../../../src-shared/contract/config.ts';
import type { BudgetMeter } from '../../../src-shared/contract/routes/usage.ts';
import type { Clock } from '../../gateway-ports.ts';
import type { Database } from '../../storage/database.ts';
import { type Account, type Hold, hold, newMeter } from './meter.ts';
import { createSpentToday, type SpentToday } from './spent-today.ts';

type Who = { readonly ownerId: string; readonly agentId: string };

/** The money of one turn. */
export type TurnBudget = {
  /** Before a call to a model: holds what it may cost. Rejects with `BUDGET_EXHAUSTED` where a budget has not that much left. */
  readonly reserve: (estimateUsd: number) => Promise<Hold>;
  /** What its calls have cost so far. */
  readonly spentUsd: () => number;
};

export type Budgets = {
  readonly forTurn: (who: Who) => TurnBudget;
  /** Each daily budget that is set, and how far it is used up. `ownerId` null: everyone's. */
  readonly meters: (ownerId: string | null) => Promise<{ readonly day: string; readonly resetsAt: number; readonly meters: BudgetMeter[] }>;
  /** A model that costs nobody knows what passes every budget. */
  readonly warnings: () => readonly string[];
};

type Ports = {
  readonly database: Pick<Database, 'read' | 'write'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly config: () => Pick<Config, 'security' | 'agents'>;
  /** Models in use that cost something and have no price. */
  readonly unpriced: () => readonly string[];
};

/** Which budget: its kind, and what it is told as. */
type Name = { readonly what: BudgetMeter['what'] | 'turn'; readonly id: string | null; readonly key: string };

const dayMs = 24 * 3_600_000;
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const midnightAfter = (at: number): number => (Math.floor(at / dayMs) + 1) * dayMs;

/** Budgets are held before a call and settled after it; days are UTC days. A call counts for the day on which it began. */
export const createBudgets = ({ database, clock, config, unpriced }: Ports): Budgets => {
  // What has been spent before this start is read at once: what is spent from now on is counted here.
  let today: SpentToday = createSpentToday(database, day(clock.now()), 'read');
  const spentToday = (): SpentToday => {
    const now = day(clock.now());
    if (now !== today.day) today = createSpentToday(database, now, 'new');
    return today;
  };
  const isSet = (): boolean => {
    const { security, agents } = config();
    return Object.keys(security.budget).length > 0 || Object.values(agents).some(({ budget }) => budget !== undefined);
  };

  const account = (
    spent: SpentToday,
    what: BudgetMeter['what'],
    id: string | null,
    key: string,
    limitUsd: number | null,
  ): Account<Name> => ({
    name: { what, id, key },
    meter: spent.meter(id === null ? what : `${what}:${id}`),
    limitUsd,
  });
  /** Everything that the calls of a turn count for, whether it has a limit or not: one may be set at noon. */
  const accountsOf = (spent: SpentToday, { ownerId, agentId }: Who): Account<Name>[] => {
    const { dailyUsd = null, perTokenDailyUsd = null, perAgentDailyUsd = null } = config().security.budget;
    const own = agentBudget(config(), agentId)?.dailyUsd ?? null;
    return [
      account(spent, 'all', null, 'security.budget.dailyUsd', dailyUsd),
      account(spent, 'token', ownerId, 'security.budget.perTokenDailyUsd', perTokenDailyUsd),
      own === null || (perAgentDailyUsd !== null && perAgentDailyUsd < own)
        ? account(spent, 'agent', agentId, 'security.budget.perAgentDailyUsd', perAgentDailyUsd)
        : account(spent, 'agent', agentId, `agents.${agentId}.budget.dailyUsd`, own),
    ];
  };

  return {
    forTurn: (who) => {
      const meter = newMeter();
      return {
        spentUsd: () => meter.spent,
        reserve: async (estimateUsd) => {
          const limited = isSet();
          if (limited) await spentToday().loaded;
          const spent = spentToday();
          const perTurn = agentBudget(config(), who.agentId)?.perTurnUsd ?? null;
          const name: Name = { what: 'turn', id: null, key: `agents.${who.agentId}.budget.perTurnUsd` };
          const held = hold<Name>([...accountsOf(spent, who), { name, meter, limitUsd: perTurn }], estimateUsd);
          if ('refusedBy' in held) throw exhausted(held.refusedBy, estimateUsd, clock.now());
          return {
            settle: (usd) => {
              held.settle(usd);
              if (limited && usd > 0) spent.save();
            },
          };
        },
      };
    },
    meters: async (ownerId) => {
      const spent = spentToday();
      await spent.loaded;
      const { security, agents } = config();
      const agentIds = [...new Set([...Object.keys(agents), ...spent.ids('agent')])];
      const tokenIds = ownerId === null ? spent.ids('token') : [ownerId];
      const all = [
        ...(ownerId === null ? [account(spent, 'all', null, '', security.budget.dailyUsd ?? null)] : []),
        ...tokenIds.map((id) => account(spent, 'token', id, '', security.budget.perTokenDailyUsd ?? null)),
        ...(ownerId === null
          ? agentIds.flatMap((agentId) => accountsOf(spent, { agentId, ownerId: '' }).filter(({ name }) => name.what === 'agent'))
          : []),
      ];
      return {
        day: spent.day,
        resetsAt: midnightAfter(clock.now()),
        meters: all.flatMap(({ name: { what, id }, meter, limitUsd }) =>
          limitUsd === null || what === 'turn' ? [] : [{ what, id, limitUsd, spentUsd: meter.spent, reservedUsd: meter.reserved }],
        ),
      };
    },
    warnings: () =>
      isSet() ? unpriced().map((model) => `no prices for model ${model}: the budget cannot hold it; set models.<id>.prices`) : [],
  };
};

const agentBudget = (config: Pick<Config, 'agents'>, agentId: string) =>
  Object.hasOwn(config.agents, agentId) ? config.agents[agentId]?.budget : undefined;

const exhausted = ({ name, meter, limitUsd }: Account<Name>, estimateUsd: number, now: number): AppError => {
  const whose = { all: 'the day', token: 'this token for the day', agent: 'this agent for the day', turn: 'one turn' }[name.what];
  const left = Math.max(0, (limitUsd ?? 0) - meter.spent - meter.reserved);
  return new AppError('BUDGET_EXHAUSTED', {
    message: `The budget of ${whose} (${inDollars(limitUsd ?? 0)}) has ${inDollars(left)} left; the next call to the model may cost ${inDollars(estimateUsd)}.`,
    hint: `${name.what === 'turn' ? 'Ask for less at once, or raise' : 'Wait until midnight UTC, or raise'} ${name.key} in config.json.`,
    details: { budget: name.key, limitUsd, spentUsd: meter.spent, reservedUsd: meter.reserved, estimateUsd },
    ...(name.what === 'turn' ? {} : { retryAfterMs: midnightAfter(now) - now }),
  });
};

const inDollars = (usd: number): string => `$${usd >= 0.01 || usd === 0 ? usd.toFixed(2) : usd.toPrecision(2)}`;
