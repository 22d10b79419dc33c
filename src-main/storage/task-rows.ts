import type { TaskRow, Write } from './database.ts';

/** Whether a row is as an update wants it. */
export const fits = (row: TaskRow, onlyIf: Extract<Write, { op: 'task.update' }>['onlyIf'] = {}): boolean =>
  Object.entries(onlyIf).every(([name, value]) => row[name as keyof TaskRow] === value);

/** Whether it has a slot that is to come. */
export const isDue = (row: TaskRow): boolean => row.enabled && row.deletedAt === null && row.nextAt !== null;
