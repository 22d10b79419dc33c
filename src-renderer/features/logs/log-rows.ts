import type { LogLine } from '../../../src-shared/contract/rest.ts';
import { fieldsText } from '../../../src-shared/log-text.ts';

/** A line with what is made of it once and needed often. */
export type LogRow = { readonly line: LogLine; searched: string | null };

export const toRow = (line: LogLine): LogRow => ({ line, searched: null });

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
