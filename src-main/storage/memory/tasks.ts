import { AppError } from '../../../src-shared/app-error.ts';
import type { Read, TaskRow, Write } from '../database.ts';
import { fits, isDue } from '../task-rows.ts';
import { clash, type Tables } from './tables.ts';

type TaskWrite = Extract<Write, { op: `task.${string}` }>;
type TaskRead = Extract<Read, { op: `task.${string}` }>;

export const writeTask = (tables: Tables, write: TaskWrite): number | null => {
  switch (write.op) {
    case 'task.insert':
      if (tables.tasks.has(write.task.id)) throw clash();
      tables.tasks.set(write.task.id, write.task);
      return null;
    case 'task.update': {
      const row = tables.tasks.get(write.id);
      if (!row) throw new AppError('TASK_UNKNOWN');
      if (!fits(row, write.onlyIf)) return 0;
      tables.tasks.set(write.id, { ...row, ...write.changes });
      return 1;
    }
    case 'task.remove':
      tables.tasks.delete(write.id);
      return null;
  }
};

export const readTask = (tables: Tables, read: TaskRead): unknown => {
  const rows = [...tables.tasks.values()];
  switch (read.op) {
    case 'task.get':
      return tables.tasks.get(read.id) ?? null;
    case 'task.list':
      return rows
        .filter(({ ownerId }) => read.ownerId === null || ownerId === read.ownerId)
        .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
    case 'task.next':
      return rows.filter(isDue).sort(earliest)[0]?.nextAt ?? null;
    case 'task.due':
      return rows.filter((row) => isDue(row) && (row.nextAt ?? 0) <= read.now).sort(earliest);
  }
};

const earliest = (a: TaskRow, b: TaskRow): number => (a.nextAt ?? 0) - (b.nextAt ?? 0) || (a.id < b.id ? -1 : 1);
