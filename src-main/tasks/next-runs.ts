import { AppError } from '../../src-shared/app-error.ts';
import type { TaskSchedule } from '../../src-shared/contract/rest.ts';

/**
 * The slots after `after`, at most `count`. Cron in its time zone: in the hour that a change of the clocks leaves out, a
 * fixed time comes at the first moment after it; in one that comes twice, it comes once.
 *
 * @throws AppError TASK_INVALID in words
 */
export const nextRuns = async (schedule: TaskSchedule, after: number, count: number): Promise<readonly number[]> => {
  switch (schedule.kind) {
    case 'webhook':
      return [];
    case 'once':
      return schedule.at > after ? [schedule.at] : [];
    case 'cron': {
      requireZone(schedule.timezone);
      // Only whoever has a cron task pays for it.
      const { Cron } = await import('croner');
      try {
        return new Cron(schedule.expr, { timezone: schedule.timezone, mode: '5-part', paused: true })
          .nextRuns(count, new Date(after))
          .map((run) => run.getTime());
      } catch (thrown) {
        throw badExpression(schedule.expr, thrown);
      }
    }
  }
};

const requireZone = (timezone: string): void => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw new AppError('TASK_INVALID', {
      message: `"${timezone}" is not a time zone.`,
      hint: 'Use an IANA name, as Europe/Berlin, America/New_York or UTC.',
    });
  }
};

const badExpression = (expr: string, thrown: unknown): AppError => {
  const parts = expr.trim().split(/\s+/).length;
  const why = thrown instanceof Error ? thrown.message.replace(/^Cron\w+: /, '') : String(thrown);
  return new AppError('TASK_INVALID', {
    message:
      parts !== 5 && !expr.startsWith('@')
        ? `"${expr}" has ${parts} ${parts === 1 ? 'part' : 'parts'}; a cron expression has five.`
        : `"${expr}" is not a cron expression: ${why}.`,
    hint: 'Five parts: minute hour day month weekday. 0 9 * * 1-5 is 09:00 on weekdays, */15 * * * * every quarter of an hour; @hourly, @daily and @weekly work too.',
    cause: thrown,
  });
};
