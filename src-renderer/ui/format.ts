const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** `840 ms`, `3.2 s`, `2 min 05 s`, in the words of the language. */
export const formatDuration = (ms: number, language: string): string => {
  const unit = (value: number, name: 'millisecond' | 'second' | 'minute', digits = 0): string =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits }).format(value);
  if (ms < second) return unit(ms, 'millisecond');
  if (ms < minute) return unit(ms / second, 'second', 1);
  return `${unit(Math.floor(ms / minute), 'minute')} ${unit(Math.round((ms % minute) / second), 'second')}`;
};

export const formatCount = (count: number, language: string): string =>
  new Intl.NumberFormat(language, { notation: count < 10_000 ? 'standard' : 'compact', maximumFractionDigits: 1 }).format(count);

const sizeUnits = [
  ['megabyte', 1_000_000],
  ['kilobyte', 1_000],
  ['byte', 1],
] as const;

/** `8 byte`, `3.2 MB`, in the words of the language. */
export const formatSize = (bytes: number, language: string): string => {
  const [unit, size] = sizeUnits.find(([, least]) => bytes >= least) ?? sizeUnits[2];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(bytes / size);
};

const relativeUnits = [
  ['day', day],
  ['hour', 60 * minute],
  ['minute', minute],
] as const;

/** `in 30 days`, `5 min. ago`, `now`. What lacks a moment of a unit counts as that unit: 30 days stay so for a while. */
export const formatRelative = (time: number, now: number, language: string): string => {
  const apart = time - now;
  const unit = relativeUnits.find(([, ms]) => Math.abs(apart) >= ms * 0.99);
  return unit === undefined
    ? new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(0, 'second')
    : new Intl.RelativeTimeFormat(language, { style: 'short' }).format(Math.round(apart / unit[1]), unit[0]);
};

/** The day and the hour, for who wants to know exactly. */
export const formatDateTime = (time: number, language: string): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));

/** Calendar days between two moments, in the reader's time zone: 0 is today. */
export const daysAgo = (time: number, now: number): number => {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  return time >= midnight.getTime() ? 0 : Math.ceil((midnight.getTime() - time) / day);
};

/** The hour for today, else the day. */
export const formatMoment = (time: number, now: number, language: string): string => {
  const date = new Date(time);
  if (daysAgo(time, now) === 0)
    return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hour12: false }).format(date);
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', ...(sameYear ? {} : { year: 'numeric' }) }).format(date);
};
