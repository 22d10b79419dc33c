import type { LogLevel, LogLine } from '../../src-shared/contract/rest.ts';
import { escapeControls } from './redact.ts';

/** Levels by number, as pino counts. */
export const levelNumbers: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 };

/** What the file's lines begin with: enough to pass over a line without parsing it. */
const head = /^\{"seq":(\d+),"level":"(\w+)","time":(\d+),/;

export type LogHead = { readonly seq: number; readonly level: number; readonly time: number };

/** Null for what is not a line of ours. */
export const readLogHead = (text: string): LogHead | null => {
  const [, seq, level = '', time] = head.exec(text) ?? [];
  return Object.hasOwn(levelNumbers, level) ? { seq: Number(seq), level: levelNumbers[level as LogLevel], time: Number(time) } : null;
};

/** A line of the file as the API shows it; null for what is not one. */
export const parseLogLine = (text: string): LogLine | null => {
  try {
    const { seq, time, level, source, message, traceId, token, ...fields } = JSON.parse(text) as Record<string, unknown>;
    if (typeof seq !== 'number' || typeof time !== 'number' || typeof level !== 'string' || !Object.hasOwn(levelNumbers, level))
      return null;
    return {
      seq,
      time,
      level: level as LogLevel,
      source: typeof source === 'string' ? source : 'gateway',
      message: typeof message === 'string' ? escapeControls(message) : '',
      ...(typeof traceId === 'string' ? { traceId } : {}),
      ...(typeof token === 'string' ? { token } : {}),
      fields,
    };
  } catch {
    return null;
  }
};
