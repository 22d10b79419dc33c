import { createSearchTable } from './search-table.ts';

/**
 * Sessions, turns and events hang together by small integers (`no`), which keeps the rows short and their indexes
 * growing at the right edge; the public ids stand once. `events` is the log. What follows it in batches – the
 * search index, `sessions.last_seq` and `sessions.updated_at` – may lag behind by what `meta.followed` says.
 */
export const first = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  owner_id TEXT NOT NULL,
  name TEXT,
  title TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_seq INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX sessions_by_name ON sessions (owner_id, name) WHERE name IS NOT NULL;
CREATE INDEX sessions_of_owner ON sessions (owner_id, updated_at, id);
CREATE INDEX sessions_by_update ON sessions (updated_at, id);

CREATE TABLE turns (
  no INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE,
  session INTEGER NOT NULL REFERENCES sessions,
  owner_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  status TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  ended_at INTEGER,
  options TEXT NOT NULL,
  partial TEXT NOT NULL,
  open_tool_call TEXT,
  usage TEXT,
  idempotency_key TEXT,
  body_hash TEXT
) STRICT;
CREATE UNIQUE INDEX turns_by_key ON turns (owner_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX turns_unfinished ON turns (no) WHERE status = 'accepted';

CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  session INTEGER NOT NULL REFERENCES sessions,
  seq INTEGER NOT NULL,
  turn INTEGER NOT NULL REFERENCES turns,
  at INTEGER NOT NULL,
  event TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_of_session ON events (session, seq);
CREATE INDEX events_of_turn ON events (turn);

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  last_used_at INTEGER,
  requests INTEGER NOT NULL,
  last_address TEXT,
  key_hash TEXT
) STRICT, WITHOUT ROWID;

${createSearchTable};
`;
