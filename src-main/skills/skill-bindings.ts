import type { SkillBinding } from '../../src-shared/contract/routes/skills.ts';
import type { Database, SkillBindingRow } from '../storage/database.ts';

/** What users have confirmed that tools of skills run. Kept outside the skills: no skill can bind itself. */
export type SkillBindings = {
  /** For this exact text of the skill. */
  readonly confirmed: (sha256: string, tool: string) => SkillBinding | null;
  /** The newest for a skill of that name, whatever it said then. */
  readonly before: (slug: string, tool: string) => SkillBinding | null;
  /** Resolves when it is on the disk. `binding: null` takes it back, for every text that the skill ever had. */
  readonly set: (
    of: { readonly slug: string; readonly sha256: string; readonly tool: string },
    binding: SkillBinding | null,
    by: string,
  ) => Promise<void>;
};

export const openSkillBindings = async (database: Database, clock: { readonly now: () => number }): Promise<SkillBindings> => {
  const rows = new Map<string, SkillBindingRow>();
  const keyOf = (sha256: string, tool: string): string => `${sha256} ${tool}`;
  for (const row of await database.read({ op: 'skillBinding.list' })) rows.set(keyOf(row.sha256, row.tool), row);
  return {
    confirmed: (sha256, tool) => rows.get(keyOf(sha256, tool))?.binding ?? null,
    before: (slug, tool) =>
      [...rows.values()].filter((row) => row.slug === slug && row.tool === tool).sort((a, b) => b.confirmedAt - a.confirmedAt)[0]
        ?.binding ?? null,
    set: async ({ slug, sha256, tool }, binding, by) => {
      if (binding === null) {
        await database.write([{ op: 'skillBinding.delete', slug, tool }]);
        for (const [key, row] of rows) if (row.slug === slug && row.tool === tool) rows.delete(key);
        return;
      }
      const row: SkillBindingRow = { slug, sha256, tool, binding, confirmedAt: clock.now(), confirmedBy: by };
      await database.write([{ op: 'skillBinding.put', row }]);
      rows.set(keyOf(sha256, tool), row);
    },
  };
};
