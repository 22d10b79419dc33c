import * as z from 'zod';
import type { Route } from '../route.ts';

/** A daily budget, and how far it is used up; in US dollars. */
export const budgetMeterSchema = z.object({
  what: z.enum(['all', 'token', 'agent']),
  /** Of the token or the agent. */
  id: z.string().nullable(),
  limitUsd: z.number(),
  spentUsd: z.number(),
  reservedUsd: z.number().describe('what calls under way may cost'),
});
export type BudgetMeter = z.infer<typeof budgetMeterSchema>;

/** What it costs, and what it may cost. */
export const usageRoutes = {
  getBudgets: {
    method: 'GET',
    path: '/api/v1/usage/budgets',
    auth: 'bearer',
    scope: 'usage',
    summary: "the daily budgets that are set and what is left of them: one's own token's, with admin all",
    answers: {
      200: z.object({
        day: z.string().describe('UTC'),
        resetsAt: z.number(),
        meters: z.array(budgetMeterSchema),
        warnings: z.array(z.string()).describe('models that the budgets cannot hold, because nobody has said what they cost'),
      }),
    },
  },
} as const satisfies Record<string, Route>;
