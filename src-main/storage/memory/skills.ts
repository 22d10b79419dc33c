import type { Read, Write } from '../database.ts';
import type { Tables } from './tables.ts';

type SkillWrite = Extract<Write, { op: `skillBinding.${string}` }>;
type SkillRead = Extract<Read, { op: `skillBinding.${string}` }>;

export const writeSkill = (tables: Tables, write: SkillWrite): null => {
  switch (write.op) {
    case 'skillBinding.put':
      tables.skillBindings.set(`${write.row.sha256} ${write.row.tool}`, write.row);
      return null;
    case 'skillBinding.delete':
      for (const [key, row] of tables.skillBindings)
        if (row.slug === write.slug && row.tool === write.tool) tables.skillBindings.delete(key);
      return null;
  }
};

export const readSkills = (tables: Tables, _read: SkillRead): unknown =>
  [...tables.skillBindings.values()].sort((a, b) => a.confirmedAt - b.confirmedAt);
