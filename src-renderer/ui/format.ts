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
