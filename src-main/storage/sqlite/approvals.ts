import { AppError } from '../../../src-shared/app-error.ts';
import type { Approval } from '../../../src-shared/contract/events.ts';
import type { ApprovalRuleRow, Read, Write } from '../database.ts';
import type { Connection } from './connection.ts';
import { nullable, nullableNumber, type Row, text } from './rows.ts';

type ApprovalWrite = Extract<Write, { op: `approval.${string}` | `rule.${string}` }>;
type ApprovalRead = Extract<Read, { op: `approval.${string}` | `rule.${string}` }>;

export const writeApproval = (db: Connection, write: ApprovalWrite): number | null => {
  switch (write.op) {
    case 'approval.put': {
      const a = write.approval;
      db.sql('INSERT INTO approvals (id, owner_id, status, decided_at, decided_by, approval) VALUES (?, ?, ?, ?, ?, ?)').run([
        a.id,
        a.ownerId,
        a.status,
        a.decidedAt,
        a.decidedBy,
        JSON.stringify(a),
      ]);
      return null;
    }
    case 'approval.decide': {
      const changed = db
        .sql("UPDATE approvals SET status = ?, decided_at = ?, decided_by = ? WHERE id = ? AND status = 'pending'")
        .run([write.status, write.at, write.by, write.id]);
      if (changed === 0) throw new AppError(isThere(db, write.id) ? 'APPROVAL_OVER' : 'APPROVAL_UNKNOWN');
      return null;
    }
    case 'approval.expireAll':
      return db.sql("UPDATE approvals SET status = 'expired', decided_at = ? WHERE status = 'pending'").run([write.at]);
    case 'rule.put': {
      const r = write.rule;
      db.sql(`INSERT INTO approval_rules VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (agent_id, tool, key) DO NOTHING`).run([
        r.id,
        r.agentId,
        r.tool,
        r.key,
        r.title,
        r.createdAt,
        r.createdBy,
        r.lastUsedAt,
        r.uses,
      ]);
      return null;
    }
    case 'rule.used':
      db.sql('UPDATE approval_rules SET uses = uses + 1, last_used_at = ? WHERE id = ?').run([write.at, write.id]);
      return null;
    case 'rule.delete':
      if (db.sql('DELETE FROM approval_rules WHERE id = ?').run([write.id]) === 0) throw new AppError('RULE_UNKNOWN');
      return null;
  }
};

const isThere = (db: Connection, id: string): boolean => db.sql('SELECT 1 FROM approvals WHERE id = ?').get([id]) !== undefined;

export const readApprovals = (db: Connection, read: ApprovalRead): string => {
  switch (read.op) {
    case 'approval.get': {
      const row = db.sql(`${approvals} WHERE id = ?`).get([read.id]);
      return JSON.stringify(row ? stored(row) : null);
    }
    case 'approval.list': {
      const { ownerId, pending, before, limit } = read;
      const wanted = [...(ownerId === null ? [] : ['owner_id = ?']), ...(pending ? ["status = 'pending'"] : []), 'no < ?'];
      const rows = db
        .sql(`${approvals} WHERE ${wanted.join(' AND ')} ORDER BY no DESC LIMIT ?`)
        .all([...(ownerId === null ? [] : [ownerId]), before ?? Number.MAX_SAFE_INTEGER, limit]);
      return JSON.stringify(rows.map(stored));
    }
    case 'rule.list':
      return JSON.stringify(db.sql('SELECT * FROM approval_rules ORDER BY created_at DESC, id DESC').all([]).map(rule));
  }
};

const approvals = 'SELECT no, status, decided_at, decided_by, approval FROM approvals';

const stored = (row: Row) => ({
  no: Number(row[0]),
  approval: {
    ...(JSON.parse(text(row[4])) as Approval),
    status: text(row[1]) as Approval['status'],
    decidedAt: nullableNumber(row[2]),
    decidedBy: nullable(row[3]),
  },
});

const rule = (row: Row): ApprovalRuleRow => ({
  id: text(row[0]),
  agentId: text(row[1]),
  tool: text(row[2]),
  key: text(row[3]),
  title: text(row[4]),
  createdAt: Number(row[5]),
  createdBy: text(row[6]),
  lastUsedAt: nullableNumber(row[7]),
  uses: Number(row[8]),
});
