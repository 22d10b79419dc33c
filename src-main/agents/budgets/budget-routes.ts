import type { RouteAnswer, RouteInput } from '../../../src-shared/contract/rest.ts';
import { callerOf, type Principal } from '../../principal.ts';
import type { Budgets } from './budgets.ts';

export type BudgetRoutes = {
  readonly getBudgets: (
    input: RouteInput<'getBudgets'>,
    info: { readonly principal: Principal | null },
  ) => Promise<RouteAnswer<'getBudgets'>>;
};

export const createBudgetRoutes = (budgets: Budgets): BudgetRoutes => ({
  getBudgets: async (_input, info) => {
    const by = callerOf(info);
    return { status: 200, body: { ...(await budgets.meters(by.scopes.has('admin') ? null : by.id)), warnings: [...budgets.warnings()] } };
  },
});
