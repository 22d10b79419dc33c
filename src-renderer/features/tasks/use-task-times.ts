import { useTranslation } from 'react-i18next';
import type { TaskSchedule } from '../../../src-shared/contract/rest.ts';
import { choiceOf } from './cron-choice.ts';

/** Times and schedules in the reader's words and time zone. */
export const useTaskTimes = (): { readonly at: (time: number) => string; readonly when: (schedule: TaskSchedule) => string } => {
  const { t, i18n } = useTranslation();
  const at = (time: number): string =>
    new Intl.DateTimeFormat(i18n.language, {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
    }).format(new Date(time));
  const when = (schedule: TaskSchedule): string => {
    if (schedule.kind === 'once') return t('tasks.says.once', { at: at(schedule.at) });
    if (schedule.kind === 'webhook') return t('tasks.says.webhook', { sender: t(`tasks.preset.${schedule.preset}`) });
    const { rhythm, time, weekday } = choiceOf(schedule.expr);
    const words = {
      hourly: () => t('tasks.says.hourly', { minute: time.slice(3) }),
      daily: () => t('tasks.says.daily', { time }),
      weekdays: () => t('tasks.says.weekdays', { time }),
      weekly: () => t('tasks.says.weekly', { time, day: t(`tasks.weekday.${weekday as '0' | '1' | '2' | '3' | '4' | '5' | '6'}`) }),
      custom: () => schedule.expr,
    }[rhythm]();
    return schedule.timezone === Intl.DateTimeFormat().resolvedOptions().timeZone ? words : `${words} (${schedule.timezone})`;
  };
  return { at, when };
};
