/** What an operator needs to know and do: pins, deletions, doors, models, parents of tokens, usage, batches. */
export const operations = `
ALTER TABLE sessions ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
-- Of turns that leave nothing in the history: never listed, found or exported.
ALTER TABLE sessions ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN deleted_at INTEGER;
-- A deleted session does not hold its name.
DROP INDEX sessions_by_name;
CREATE UNIQUE INDEX sessions_by_name ON sessions (name, owner_id) WHERE name IS NOT NULL AND deleted_at IS NULL;
-- Lists read one of these in order and stop: so they hold what is shown and nothing to wade through.
DROP INDEX sessions_of_owner;
DROP INDEX sessions_by_update;
CREATE INDEX sessions_of_owner ON sessions (owner_id, updated_at, id)
  WHERE hidden = 0 AND deleted_at IS NULL AND channel <> 'batch';
CREATE INDEX sessions_by_update ON sessions (updated_at, id) WHERE hidden = 0 AND deleted_at IS NULL AND channel <> 'batch';
CREATE INDEX sessions_of_channel ON sessions (channel, updated_at, id) WHERE hidden = 0 AND deleted_at IS NULL;
CREATE INDEX sessions_of_owner_channel ON sessions (owner_id, channel, updated_at, id) WHERE hidden = 0 AND deleted_at IS NULL;
CREATE INDEX sessions_pinned ON sessions (updated_at, id) WHERE pinned = 1 AND hidden = 0 AND deleted_at IS NULL;
-- What is to be taken out of the file.
CREATE INDEX sessions_deleted ON sessions (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX sessions_hidden ON sessions (updated_at) WHERE hidden = 1;

ALTER TABLE turns ADD COLUMN via TEXT NOT NULL DEFAULT 'rest';
ALTER TABLE turns ADD COLUMN model TEXT;
CREATE INDEX turns_of_session ON turns (session, no);
-- Lists of requests, by what they can be narrowed to; most turns are completed, and those need no index.
CREATE INDEX turns_of_owner ON turns (owner_id, no);
CREATE INDEX turns_of_agent ON turns (agent_id, no);
CREATE INDEX turns_by_door ON turns (via, no);
CREATE INDEX turns_unwell ON turns (status, no) WHERE status = 'failed' OR status = 'timeout' OR status = 'cancelled';

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
  ended_at INTEGER,
  idempotency_key TEXT,
  body_hash TEXT,
  -- Lines that wait never begin: said once here, not in a hundred thousand lines.
  cancelled INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX batches_by_key ON batches (owner_id, idempotency_key, created_at) WHERE idempotency_key IS NOT NULL;

CREATE TABLE batch_lines (
  batch INTEGER NOT NULL REFERENCES batches,
  line INTEGER NOT NULL,
  client_id TEXT,
  message_id TEXT,
  status TEXT NOT NULL,
  error TEXT,
  PRIMARY KEY (batch, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_lines_of_turn ON batch_lines (message_id) WHERE message_id IS NOT NULL;

-- Apart from the lines, which are counted and change.
CREATE TABLE batch_requests (
  batch INTEGER NOT NULL REFERENCES batches,
  line INTEGER NOT NULL,
  request TEXT NOT NULL,
  PRIMARY KEY (batch, line)
) STRICT, WITHOUT ROWID;
`;
