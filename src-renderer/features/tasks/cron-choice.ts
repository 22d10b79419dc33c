/** The cron expressions that the form has words for; any other is `custom`. */
export const cronRhythms = ['hourly', 'daily', 'weekdays', 'weekly', 'custom'] as const;
export type CronRhythm = (typeof cronRhythms)[number];

export type CronChoice = {
  readonly rhythm: CronRhythm;
  /** As `<input type=time>` has it. */
  readonly time: string;
  /** 0 is Sunday. */
  readonly weekday: string;
  readonly expr: string;
};

export const exprOf = ({ rhythm, time, weekday, expr }: CronChoice): string => {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return {
    hourly: `${minute} * * * *`,
    daily: `${minute} ${hour} * * *`,
    weekdays: `${minute} ${hour} * * 1-5`,
    weekly: `${minute} ${hour} * * ${weekday}`,
    custom: expr.trim(),
  }[rhythm];
};

export const choiceOf = (expr: string): CronChoice => {
  const [, minute, hour, days] = /^(\d{1,2}) (\d{1,2}|\*) \* \* (\*|1-5|[0-6])$/.exec(expr) ?? [];
  const custom = { rhythm: 'custom', time: '09:00', weekday: '1', expr } as const;
  if (minute === undefined || hour === undefined || Number(minute) > 59 || (hour !== '*' && Number(hour) > 23)) return custom;
  const time = `${(hour === '*' ? '0' : hour).padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (hour === '*') return days === '*' ? { ...custom, rhythm: 'hourly', time } : custom;
  if (days === '*') return { ...custom, rhythm: 'daily', time };
  return days === '1-5' ? { ...custom, rhythm: 'weekdays', time } : { ...custom, rhythm: 'weekly', time, weekday: days ?? '1' };
};
