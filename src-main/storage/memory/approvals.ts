import { AppError } from '../../../src-shared/app-error.ts';
import type { Read, StoredApproval, Write } from '../database.ts';
import { clash, type Tables } from './tables.ts';

type ApprovalWrite = Extract<Write, { op: `approval.${string}` | `rule.${string}` }>;
type ApprovalRead = Extract<Read, { op: `approval.${string}` | `rule.${string}` }>;

export const writeApproval = (tables: Tables, write: ApprovalWrite): number | null => {
  switch (write.op) {
    case 'approval.put':
      if (tables.approvals.has(write.approval.id)) throw clash();
      tables.last += 1;
      tables.approvals.set(write.approval.id, { no: tables.last, approval: write.approval });
      return null;
    case 'approval.decide': {
      const stored = tables.approvals.get(write.id);
      if (stored?.approval.status !== 'pending') throw new AppError(stored ? 'APPROVAL_OVER' : 'APPROVAL_UNKNOWN');
      decide(tables, stored, { status: write.status, decidedAt: write.at, decidedBy: write.by });
      return null;
    }
    case 'approval.expireAll': {
      const pending = [...tables.approvals.values()].filter(({ approval }) => approval.status === 'pending');
      for (const stored of pending) decide(tables, stored, { status: 'expired', decidedAt: write.at });
      return pending.length;
    }
    case 'rule.put': {
      const { agentId, tool, key } = write.rule;
      const same = [...tables.rules.values()].some((rule) => rule.agentId === agentId && rule.tool === tool && rule.key === key);
      if (!same) tables.rules.set(write.rule.id, write.rule);
      return null;
    }
    case 'rule.used': {
      const rule = tables.rules.get(write.id);
      if (rule) tables.rules.set(write.id, { ...rule, uses: rule.uses + 1, lastUsedAt: write.at });
      return null;
    }
    case 'rule.delete':
      if (!tables.rules.delete(write.id)) throw new AppError('RULE_UNKNOWN');
      return null;
  }
};

const decide = (tables: Tables, { no, approval }: StoredApproval, changes: Partial<StoredApproval['approval']>): void => {
  tables.approvals.set(approval.id, { no, approval: { ...approval, ...changes } });
};

export const readApprovals = (tables: Tables, read: ApprovalRead): unknown => {
  switch (read.op) {
    case 'approval.get':
      return tables.approvals.get(read.id) ?? null;
    case 'approval.list':
      return [...tables.approvals.values()]
        .filter(({ approval }) => read.ownerId === null || approval.ownerId === read.ownerId)
        .filter(({ approval }) => !read.pending || approval.status === 'pending')
        .filter(({ no }) => read.before === null || no < read.before)
        .sort((a, b) => b.no - a.no)
        .slice(0, read.limit);
    case 'rule.list':
      return [...tables.rules.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  }
};
