import { expect, test } from 'vitest';
import type { Database, SkillBindingRow } from './database.ts';

const row = (more: Partial<SkillBindingRow> = {}): SkillBindingRow => ({
  ...{ slug: 'deploy', sha256: 'a'.repeat(64), tool: 'run', binding: { kind: 'command', argv: ['vercel', 'deploy'] } },
  ...{ confirmedAt: 1, confirmedBy: 'local' },
  ...more,
});

export const describeSkills = (db: () => Database): void => {
  test('bindings of skills are kept for each text of a skill, and taken back for all of them', async () => {
    const changed = row({ sha256: 'b'.repeat(64), confirmedAt: 2 });
    const other = row({ tool: 'other', confirmedAt: 3 });
    await db().write([row(), changed, other].map((one) => ({ op: 'skillBinding.put' as const, row: one })));
    expect(await db().read({ op: 'skillBinding.list' })).toEqual([row(), changed, other]);
    const again = row({ binding: { kind: 'tool', tool: 'shell' }, confirmedAt: 4 });
    await db().write([{ op: 'skillBinding.put', row: again }]);
    expect(await db().read({ op: 'skillBinding.list' })).toEqual([changed, other, again]);
    await db().write([{ op: 'skillBinding.delete', slug: 'deploy', tool: 'run' }]);
    expect(await db().read({ op: 'skillBinding.list' })).toEqual([other]);
  });
};
