/** What was asked before a tool did something, how it was answered, and what is allowed from then on. */
export const approvals = `
CREATE TABLE approvals (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  owner_id TEXT NOT NULL,
  status TEXT NOT NULL,
  decided_at INTEGER,
  decided_by TEXT,
  -- As it was asked: JSON.
  approval TEXT NOT NULL
) STRICT;
CREATE INDEX approvals_pending ON approvals (no) WHERE status = 'pending';
CREATE INDEX approvals_of_owner ON approvals (owner_id, no);

CREATE TABLE approval_rules (
  id TEXT PRIMARY KEY,
  agent_id TEXT NOT NULL,
  tool TEXT NOT NULL,
  -- Hash of the exact action.
  key TEXT NOT NULL,
  title TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  last_used_at INTEGER,
  uses INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX approval_rules_by_key ON approval_rules (agent_id, tool, key);
`;
