import { describe, expect, test } from 'vitest';
import type { AppError } from '../../src-shared/app-error.ts';
import type { Database, TaskRow } from './database.ts';

/** The part of `describeDatabase` that is about tasks; `current` is the database of the running test. */
export const describeTasks = (current: () => Database): void => {
  const write: Database['write'] = (writes) => current().write(writes);
  const read: Database['read'] = (query) => current().read(query);
  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'none',
      (error: AppError) => error.code,
    );
  const put = async (...rows: readonly TaskRow[]) => write(rows.map((row) => ({ op: 'task.insert', task: row })));
  const ids = (rows: readonly TaskRow[]) => rows.map(({ id }) => id);

  describe('tasks', () => {
    test('are given back as they were put, and taken out', async () => {
      const row = task('a', { content: 'Was gibt es Neues? 新闻', schedule: { kind: 'webhook', preset: 'github' } });
      await put(row);
      expect(await read({ op: 'task.get', id: 'a' })).toEqual(row);
      expect(await codeOf(put(row))).toBe('INTERNAL');
      await write([{ op: 'task.remove', id: 'a' }]);
      expect(await read({ op: 'task.get', id: 'a' })).toBeNull();
      await write([{ op: 'task.remove', id: 'a' }]);
    });

    test('are listed newest first, by owner', async () => {
      await put(task('a', { createdAt: 1 }), task('b', { createdAt: 2, ownerId: 'tok' }), task('c', { createdAt: 3 }));
      expect(ids(await read({ op: 'task.list', ownerId: null }))).toEqual(['c', 'b', 'a']);
      expect(ids(await read({ op: 'task.list', ownerId: 'local' }))).toEqual(['c', 'a']);
    });

    test('a slot is taken once: by who finds the row as it was', async () => {
      await put(task('a', { nextAt: 100 }));
      const claim = {
        op: 'task.update',
        id: 'a',
        changes: { nextAt: 200, claimedAt: 100 },
        onlyIf: { nextAt: 100, enabled: true },
      } as const;
      expect(await write([claim])).toEqual([1]);
      expect(await write([claim])).toEqual([0]);
      expect(await read({ op: 'task.get', id: 'a' })).toEqual(task('a', { nextAt: 200, claimedAt: 100 }));
      expect(await codeOf(write([{ ...claim, id: 'nowhere' }]))).toBe('TASK_UNKNOWN');
    });

    test('are due by their slot, unless they are switched off, deleted or wait for a call', async () => {
      expect(await read({ op: 'task.next' })).toBeNull();
      await put(
        task('late', { nextAt: 300 }),
        task('soon', { nextAt: 100 }),
        task('off', { nextAt: 10, enabled: false }),
        task('gone', { nextAt: 10, deletedAt: 5 }),
        task('hook', { nextAt: null }),
      );
      expect(await read({ op: 'task.next' })).toBe(100);
      expect(ids(await read({ op: 'task.due', now: 99 }))).toEqual([]);
      expect(ids(await read({ op: 'task.due', now: 300 }))).toEqual(['soon', 'late']);
      await write([
        { op: 'task.update', id: 'soon', changes: { enabled: false } },
        { op: 'task.update', id: 'gone', changes: { deletedAt: null } },
      ]);
      expect(ids(await read({ op: 'task.due', now: 300 }))).toEqual(['gone', 'late']);
      expect(await read({ op: 'task.next' })).toBe(10);
    });
  });
};

const task = (id: string, changes: Partial<TaskRow> = {}): TaskRow => ({
  id,
  ownerId: 'local',
  name: 'Morning',
  agentId: 'main',
  content: 'hi',
  sessionName: null,
  schedule: { kind: 'cron', expr: '0 9 * * *', timezone: 'Europe/Berlin' },
  missed: 'skip',
  enabled: true,
  nextAt: 100,
  claimedAt: null,
  lastSlot: null,
  lastRunAt: null,
  lastStatus: null,
  lastNote: null,
  lastMessageId: null,
  createdAt: 1,
  deletedAt: null,
  ...changes,
});
