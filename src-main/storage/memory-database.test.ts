import { expect, test } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { describeDatabase } from './database.conformance.ts';
import { createMemoryDatabase } from './memory-database.ts';

describeDatabase('memory-database', async () => createMemoryDatabase());

test('can be told to be full for a while', async () => {
  let full = true;
  const database = createMemoryDatabase({ fault: () => (full ? new AppError('STORAGE_FULL') : null) });
  await expect(database.write([{ op: 'meta.set', key: 'k', value: 'v' }])).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  full = false;
  await database.write([{ op: 'meta.set', key: 'k', value: 'v' }]);
  expect(await database.read({ op: 'meta.get', key: 'k' })).toBe('v');
});
