/** What agents are to do later, again and again, or when another system calls. */
export const tasks = `
CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Null unless it is enabled and not deleted.
  due_at INTEGER,
  -- The row as JSON.
  task TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_due ON tasks (due_at) WHERE due_at IS NOT NULL;
`;
