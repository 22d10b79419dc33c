import type { Read, SkillBindingRow, Write } from '../database.ts';
import type { Connection } from './connection.ts';
import { type Row, text } from './rows.ts';

type SkillWrite = Extract<Write, { op: `skillBinding.${string}` }>;
type SkillRead = Extract<Read, { op: `skillBinding.${string}` }>;

export const writeSkill = (db: Connection, write: SkillWrite): null => {
  switch (write.op) {
    case 'skillBinding.put': {
      const { sha256, tool, slug, binding, confirmedAt, confirmedBy } = write.row;
      db.sql(`INSERT OR REPLACE INTO skill_bindings VALUES (?, ?, ?, ?, ?, ?)`).run([
        sha256,
        tool,
        slug,
        JSON.stringify(binding),
        confirmedAt,
        confirmedBy,
      ]);
      return null;
    }
    case 'skillBinding.delete':
      db.sql('DELETE FROM skill_bindings WHERE slug = ? AND tool = ?').run([write.slug, write.tool]);
      return null;
  }
};

export const readSkills = (db: Connection, _read: SkillRead): string =>
  JSON.stringify(
    db.sql('SELECT sha256, tool, slug, binding, confirmed_at, confirmed_by FROM skill_bindings ORDER BY confirmed_at').all([]).map(binding),
  );

const binding = (row: Row): SkillBindingRow => ({
  sha256: text(row[0]),
  tool: text(row[1]),
  slug: text(row[2]),
  binding: JSON.parse(text(row[3])) as SkillBindingRow['binding'],
  confirmedAt: Number(row[4]),
  confirmedBy: text(row[5]),
});
