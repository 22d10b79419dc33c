import type { LogLevel, LogLine } from '../../src-shared/contract/rest.ts';
import { type LogHead, levelNumbers, parseLogLine } from './log-line.ts';

export type LogFilter = {
  readonly level: LogLevel;
  readonly source?: string | undefined;
  /** Token id. */
  readonly token?: string | undefined;
  /** Text in any field, upper or lower case. */
  readonly q?: string | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
};

/** Parses a line that passes; null for all others, most of them unparsed. */
export const createLogFilter = ({ level, source, token, q, since = 0 }: LogFilter): ((head: LogHead, text: string) => LogLine | null) => {
  const lowest = levelNumbers[level];
  // As JSON writes it, since that is what is searched.
  const needle = q === undefined ? undefined : JSON.stringify(q).slice(1, -1).toLowerCase();
  return (head, text) => {
    if (head.level < lowest || head.time <= since) return null;
    if (needle !== undefined && !text.toLowerCase().includes(needle)) return null;
    const line = parseLogLine(text);
    if (line === null || (source !== undefined && line.source !== source) || (token !== undefined && line.token !== token)) return null;
    return line;
  };
};
