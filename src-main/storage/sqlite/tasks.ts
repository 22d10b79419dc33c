import { AppError } from '../../../src-shared/app-error.ts';
import type { Read, TaskRow, Write } from '../database.ts';
import { fits, isDue } from '../task-rows.ts';
import type { Connection } from './connection.ts';
import { nullableNumber, text } from './rows.ts';

type TaskWrite = Extract<Write, { op: `task.${string}` }>;
type TaskRead = Extract<Read, { op: `task.${string}` }>;

export const writeTask = (db: Connection, write: TaskWrite): number | null => {
  switch (write.op) {
    case 'task.insert': {
      const { task } = write;
      db.sql('INSERT INTO tasks (id, owner_id, created_at, due_at, task) VALUES (?, ?, ?, ?, ?)').run([
        task.id,
        task.ownerId,
        task.createdAt,
        dueAt(task),
        JSON.stringify(task),
      ]);
      return null;
    }
    case 'task.update': {
      const found = db.sql('SELECT task FROM tasks WHERE id = ?').get([write.id]);
      if (!found) throw new AppError('TASK_UNKNOWN');
      const row = JSON.parse(text(found[0])) as TaskRow;
      if (!fits(row, write.onlyIf)) return 0;
      const task = { ...row, ...write.changes };
      db.sql('UPDATE tasks SET owner_id = ?, due_at = ?, task = ? WHERE id = ?').run([
        task.ownerId,
        dueAt(task),
        JSON.stringify(task),
        write.id,
      ]);
      return 1;
    }
    case 'task.remove':
      db.sql('DELETE FROM tasks WHERE id = ?').run([write.id]);
      return null;
  }
};

const dueAt = (task: TaskRow): number | null => (isDue(task) ? task.nextAt : null);

/** The rows are JSON already. */
export const readTasks = (db: Connection, read: TaskRead): string => {
  const all = (sql: string, values: readonly (string | number)[]): string =>
    `[${db
      .sql(sql)
      .all([...values])
      .map((row) => text(row[0]))
      .join(',')}]`;
  switch (read.op) {
    case 'task.get': {
      const row = db.sql('SELECT task FROM tasks WHERE id = ?').get([read.id]);
      return row ? text(row[0]) : 'null';
    }
    case 'task.list':
      return read.ownerId === null
        ? all('SELECT task FROM tasks ORDER BY created_at DESC, id DESC', [])
        : all('SELECT task FROM tasks WHERE owner_id = ? ORDER BY created_at DESC, id DESC', [read.ownerId]);
    case 'task.next':
      return JSON.stringify(nullableNumber(db.sql('SELECT min(due_at) FROM tasks WHERE due_at IS NOT NULL').get([])?.[0]));
    case 'task.due':
      return all('SELECT task FROM tasks WHERE due_at <= ? ORDER BY due_at, id', [read.now]);
  }
};
