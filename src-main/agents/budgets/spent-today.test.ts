import { expect, it } from 'vitest';
import { createMemoryDatabase } from '../../storage/memory-database.ts';
import { createSpentToday } from './spent-today.ts';

const day = '2026-11-26';

it('knows after a crash what turns had spent that never came to their end', async () => {
  const database = createMemoryDatabase();
  const before = createSpentToday(database, day, 'read');
  await before.loaded;
  before.meter('all').spent += 3;
  before.meter('agent:main').spent += 3;
  before.save();
  before.meter('all').spent += 1;
  before.save();
  const after = createSpentToday(database, day, 'read');
  // The second one was still waiting for the first to be written.
  await after.loaded;
  expect(after.meter('agent:main').spent).toBe(3);
  const later = createSpentToday(database, day, 'read');
  await later.loaded;
  expect(later.meter('all').spent).toBe(4);
  expect(later.ids('agent')).toEqual(['main']);
});

it('begins another day with nothing', async () => {
  const database = createMemoryDatabase();
  const before = createSpentToday(database, day, 'new');
  before.meter('all').spent = 3;
  before.save();
  const next = createSpentToday(database, '2026-11-27', 'read');
  await next.loaded;
  expect(next.meter('all').spent).toBe(0);
});
