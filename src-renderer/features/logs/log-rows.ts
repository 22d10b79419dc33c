import type { LogLine } from '../../../src-shared/contract/rest.ts';

/** A line with what is made of it once and needed often. */
export type LogRow = { readonly line: LogLine; searched: string | null };

export const toRow = (line: LogLine): LogRow => ({ line, searched: null });

/** `status=200 durationMs=3`, as it stands behind the message. */
export const fieldsText = ({ fields }: LogLine): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');

/** All that a search looks through, in one line. Made with the first search: most lines are never searched. */
export const searchedText = (row: LogRow): string => {
  if (row.searched !== null) return row.searched;
  const { line } = row;
  row.searched = [line.message, fieldsText(line), line.source, line.level, line.traceId, line.token].filter(Boolean).join(' ');
  return row.searched;
};

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** `11-26 08:05:09.042`, in the reader's time zone. */
export const formatLogTime = (time: number): string => {
  const date = new Date(time);
  const day = `${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
  return `${day} ${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}.${pad(date.getMilliseconds(), 3)}`;
};

/** As `openclaw logs` prints it. */
export const toText = (line: LogLine): string =>
  [
    new Date(line.time).toISOString(),
    line.level.padEnd(5),
    `[${line.source}]`,
    line.message,
    ...(line.traceId === undefined ? [] : [`trace=${line.traceId}`]),
    ...(line.token === undefined ? [] : [`token=${line.token}`]),
    fieldsText(line),
  ]
    .join(' ')
    .trimEnd();
