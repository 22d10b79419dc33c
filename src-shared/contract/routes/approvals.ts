import * as z from 'zod';
import { approvalIdSchema } from '../../models/ids.ts';
import { approvalSchema } from '../events.ts';
import { page, type Route } from '../route.ts';

export const approvalRuleSchema = z.object({
  id: z.string(),
  agentId: z.string(),
  tool: z.string(),
  title: z.string().describe('the exact action that it allows, in words'),
  createdAt: z.number(),
  createdBy: z.string(),
  lastUsedAt: z.number().nullable(),
  uses: z.int(),
});
export type ApprovalRule = z.infer<typeof approvalRuleSchema>;

const approvalParams = z.object({ id: approvalIdSchema });

/** Before a tool does something: what is asked, answering it, and what is allowed from then on. */
export const approvalRoutes = {
  listApprovals: {
    method: 'GET',
    path: '/api/v1/approvals',
    auth: 'bearer',
    scope: 'approvals',
    summary: "what is asked and how it was answered, newest first: one's own turns', with admin everyone's",
    query: z.object({ ...page, pending: z.stringbool().optional().describe('only what still waits') }),
    answers: { 200: z.object({ approvals: z.array(approvalSchema), nextCursor: z.string().nullable() }) },
  },
  answerApproval: {
    method: 'POST',
    path: '/api/v1/approvals/{id}',
    auth: 'bearer',
    scope: 'approvals',
    summary: 'answer one; what was asked then happens, or does not',
    pin: 'where security.requirePinFor names the tool',
    params: approvalParams,
    body: z.object({
      decision: z.enum(['approve', 'deny']),
      pin: z.string().max(256).optional().describe('in place of the header'),
      remember: z.enum(['once', 'session', 'always']).optional().describe('for this exact action only; default once'),
    }),
    answers: { 200: z.object({ approval: approvalSchema }) },
  },
  listApprovalRules: {
    method: 'GET',
    path: '/api/v1/approval-rules',
    auth: 'bearer',
    scope: 'approvals',
    summary: 'what is allowed without asking',
    answers: { 200: z.object({ rules: z.array(approvalRuleSchema) }) },
  },
  deleteApprovalRule: {
    method: 'DELETE',
    path: '/api/v1/approval-rules/{id}',
    auth: 'bearer',
    scope: 'approvals',
    summary: 'ask again from now on',
    params: approvalParams,
    answers: { 200: z.object({ rules: z.array(approvalRuleSchema) }) },
  },
} as const satisfies Record<string, Route>;
