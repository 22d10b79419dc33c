/** What tools found in the files they wrote, so that it can be put back. */
export const fileChanges = `
CREATE TABLE file_changes (
  no INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL,
  tool_call_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  path TEXT NOT NULL,
  -- Base64; null: there was no such file.
  before TEXT,
  -- SHA-256 of what was written.
  after TEXT NOT NULL
) STRICT;
CREATE INDEX file_changes_of_turn ON file_changes (message_id, no);
`;
