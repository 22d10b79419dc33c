import { AppError } from '../../src-shared/app-error.ts';
import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { ApprovalRule } from '../../src-shared/contract/routes/approvals.ts';
import { readNumberCursor } from '../number-cursor.ts';
import { callerOf, type Principal } from '../principal.ts';
import type { ApprovalRuleRow, Database } from '../storage/database.ts';
import type { ApprovalQueue } from './approval-queue.ts';

type Info = { readonly principal: Principal | null; readonly pin: string | null };
type Ids = 'listApprovals' | 'answerApproval' | 'listApprovalRules' | 'deleteApprovalRule';
export type ApprovalRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>, info: Info) => Promise<RouteAnswer<Id>> };

const pageDefault = 50;

export const createApprovalRoutes = ({
  database,
  approvals,
}: {
  readonly database: Database;
  readonly approvals: ApprovalQueue;
}): ApprovalRoutes => ({
  listApprovals: async ({ query }, info) => {
    const by = callerOf(info);
    const limit = query.limit ?? pageDefault;
    const rows = await database.read({
      op: 'approval.list',
      ownerId: by.scopes.has('admin') ? null : by.id,
      pending: query.pending ?? false,
      before: readNumberCursor(query.cursor),
      limit,
    });
    return {
      status: 200,
      body: { approvals: rows.map(({ approval }) => approval), nextCursor: rows.length === limit ? String(rows.at(-1)?.no) : null },
    };
  },
  answerApproval: async ({ params, body }, info) => {
    const answer = { decision: body.decision, pin: body.pin ?? info.pin, remember: body.remember ?? 'once' } as const;
    return { status: 200, body: { approval: await approvals.answer(params.id, answer, callerOf(info)) } };
  },
  listApprovalRules: async (_input, info) => ({ status: 200, body: { rules: rulesFor(approvals, callerOf(info)) } }),
  deleteApprovalRule: async ({ params }, info) => {
    const by = callerOf(info);
    if (!rulesFor(approvals, by).some(({ id }) => id === params.id)) throw new AppError('RULE_UNKNOWN');
    await approvals.rules.remove(params.id);
    return { status: 200, body: { rules: rulesFor(approvals, by) } };
  },
});

/** Everyone sees the rules they made; scope `admin` sees all. */
const rulesFor = (approvals: ApprovalQueue, by: Principal): ApprovalRule[] =>
  approvals.rules
    .list()
    .filter((rule) => by.scopes.has('admin') || rule.createdBy === by.id)
    .map(({ key: _key, ...rule }: ApprovalRuleRow) => rule);
