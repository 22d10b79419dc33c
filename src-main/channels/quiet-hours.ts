import type { ChannelConfig } from '../../src-shared/contract/channel-config.ts';

type QuietHours = NonNullable<ChannelConfig['quietHours']>;

/** Whether it is quiet now. From 22:00 to 07:00 goes over midnight; from and to the same is never. */
export const isQuiet = (hours: QuietHours | undefined, now: number): boolean => {
  if (hours === undefined) return false;
  const { from, to, timezone } = hours;
  const at = timeOfDay(now, timezone);
  return from <= to ? from <= at && at < to : at >= from || at < to;
};

/** As `07:05`, which sorts as time does. */
const timeOfDay = (now: number, timezone: string | undefined): string =>
  new Intl.DateTimeFormat('en-GB', {
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    ...(timezone === undefined ? {} : { timeZone: timezone }),
  }).format(now);
