/** What channels heard, what they are to say, whom they know and what their plugins remember. */
export const channels = `
CREATE TABLE inbox (
  -- AUTOINCREMENT: turns are found again by this number, so it must never come twice.
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  channel TEXT NOT NULL,
  -- Changes with the channel's credentials: another bot counts its messages anew.
  account TEXT NOT NULL,
  conversation TEXT NOT NULL,
  -- The platform's own.
  message_id TEXT NOT NULL,
  heard_at INTEGER NOT NULL,
  -- Null while it waits for its answer.
  ended_at INTEGER,
  outcome TEXT,
  -- As JSON; null once it has ended, for then the session has it.
  message TEXT
) STRICT;
CREATE UNIQUE INDEX inbox_once ON inbox (channel, account, conversation, message_id);
CREATE INDEX inbox_waiting ON inbox (channel, no) WHERE ended_at IS NULL;
CREATE INDEX inbox_ended ON inbox (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE outbox (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  lane TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  -- As JSON.
  error TEXT,
  receipt_id TEXT,
  maybe_duplicate INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  -- Null until it is sent or dead.
  ended_at INTEGER,
  -- JSON: to, message.
  content TEXT NOT NULL
) STRICT;
-- ended_at stands in it so that counting reads nothing else.
CREATE INDEX outbox_open ON outbox (channel, lane, no, ended_at) WHERE ended_at IS NULL;
CREATE INDEX outbox_of_channel ON outbox (channel, no);
CREATE INDEX outbox_dead ON outbox (channel, no) WHERE state = 'dead';
CREATE INDEX outbox_sent ON outbox (ended_at) WHERE state = 'sent';

CREATE TABLE peers (
  channel TEXT NOT NULL,
  id TEXT NOT NULL,
  -- Null unless nobody has decided about this person yet: when they last wrote.
  asked_at INTEGER,
  -- The row as JSON.
  peer TEXT NOT NULL,
  PRIMARY KEY (channel, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX peers_asked ON peers (asked_at) WHERE asked_at IS NOT NULL;

CREATE TABLE plugin_state (
  channel TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (channel, key)
) STRICT, WITHOUT ROWID;
`;
