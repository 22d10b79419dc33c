/** What an operator needs to know and do: pins, deletions, doors, models, parents of tokens, usage, batches. */
export const operations = `
ALTER TABLE sessions ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
-- Of turns that leave nothing in the history: never listed, found or exported.
ALTER TABLE sessions ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN deleted_at INTEGER;
CREATE INDEX sessions_pinned ON sessions (owner_id, updated_at, id) WHERE pinned = 1;
CREATE INDEX sessions_deleted ON sessions (deleted_at) WHERE deleted_at IS NOT NULL;

ALTER TABLE turns ADD COLUMN via TEXT NOT NULL DEFAULT 'rest';
ALTER TABLE turns ADD COLUMN model TEXT;
CREATE INDEX turns_of_owner ON turns (owner_id, no);
CREATE INDEX turns_of_session ON turns (session, no);

ALTER TABLE tokens ADD COLUMN parent_id TEXT;

-- Sums by UTC day, kept when the turns themselves are gone.
CREATE TABLE usage (
  day TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  model TEXT NOT NULL,
  turns INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost_usd REAL NOT NULL,
  duration_ms INTEGER NOT NULL,
  PRIMARY KEY (day, owner_id, agent_id, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE batches (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  parallel INTEGER NOT NULL,
  total INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE TABLE batch_lines (
  batch INTEGER NOT NULL REFERENCES batches,
  line INTEGER NOT NULL,
  client_id TEXT,
  request TEXT NOT NULL,
  message_id TEXT,
  status TEXT NOT NULL,
  error TEXT,
  PRIMARY KEY (batch, line)
) STRICT, WITHOUT ROWID;
`;
