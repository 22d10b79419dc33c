/** What users have confirmed that a tool of a skill runs, for one exact text of the skill. */
export const skills = `
CREATE TABLE skill_bindings (
  sha256 TEXT NOT NULL,
  tool TEXT NOT NULL,
  slug TEXT NOT NULL,
  -- JSON.
  binding TEXT NOT NULL,
  confirmed_at INTEGER NOT NULL,
  confirmed_by TEXT NOT NULL,
  PRIMARY KEY (sha256, tool)
) STRICT, WITHOUT ROWID;
`;
