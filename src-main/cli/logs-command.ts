import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src-shared/app-error.ts';
import { type LogLine, logLineSchema } from '../../src-shared/contract/rest.ts';
import { locateHome } from '../home.ts';
import { type LogLevel, levelNumbers, logFileName, parseLogLine } from '../logs/create-log.ts';
import { connectAdmin, unreachable } from './admin-client.ts';
import type { CliPorts } from './run-cli.ts';

const linesMost = 200;

/** Prints from the log file, whether a gateway runs or not, and what a running one has beyond it; `--follow` goes on with that one. */
export const printLogs = async (options: { level: string; follow?: boolean; json?: boolean }, ports: CliPorts): Promise<void> => {
  if (!Object.hasOwn(levelNumbers, options.level))
    throw new AppError('BAD_REQUEST', {
      message: `"${options.level}" is not a log level.`,
      hint: `Levels are: ${Object.keys(levelNumbers).join(', ')}`,
    });
  const level = options.level as LogLevel;
  const print = (line: LogLine): void => void ports.stdout.write(options.json ? `${JSON.stringify(line)}\n` : `${forPeople(line)}\n`);
  const text = await readFile(join(locateHome(ports.env).logs, logFileName), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const written = text.split('\n').flatMap((row, index) => parseLogLine(row, index + 1) ?? []);
  const admin = await connectAdmin(ports.env);
  const since = written.at(-1)?.time ?? 0;
  // The newest lines reach the file a moment late; a running gateway has them.
  const fresh = admin && !options.follow ? (await admin.call('getLogs', { query: { level, since, limit: linesMost } })).body.lines : [];
  const lines = [...written.filter((line) => levelNumbers[line.level] >= levelNumbers[level]), ...fresh];
  for (const line of lines.slice(-linesMost)) print(line);
  if (!options.follow) {
    if (lines.length === 0) ports.stderr.write('No log lines yet.\n');
    if (level === 'debug' && !lines.some((line) => line.level === 'debug'))
      ports.stderr.write(
        'The gateway records from "info" up: add --follow for live debug lines, or set logs.level to "debug" in config.json.\n',
      );
    return;
  }
  if (!admin) throw unreachable();
  await admin.follow(`/api/v1/logs?level=${level}&since=${since}`, (data) => print(logLineSchema.parse(data)));
};

const forPeople = (line: LogLine): string => {
  const fields = Object.entries(line.fields).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [
    new Date(line.time).toISOString(),
    line.level.padEnd(5),
    `[${line.source}]`,
    line.message,
    ...(line.traceId ? [`trace=${line.traceId.slice(0, 8)}`] : []),
    ...fields,
  ].join(' ');
};
