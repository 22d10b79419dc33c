import type { LogLine } from './contract/rest.ts';

/** `status=200 durationMs=3`, as it stands behind the message. */
export const fieldsText = ({ fields }: Pick<LogLine, 'fields'>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');

/** A log line for people, the same in the terminal and in what the console copies and exports. */
export const logText = (line: LogLine): string =>
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
