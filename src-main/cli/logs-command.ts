import { AppError } from '../../src-shared/app-error.ts';
import { type LogLevel, type LogLine, logLineSchema } from '../../src-shared/contract/rest.ts';
import { logText } from '../../src-shared/log-text.ts';
import { locateHome } from '../home.ts';
import { readLogPage } from '../logs/log-history.ts';
import { levelNumbers } from '../logs/log-line.ts';
import { createLogRing } from '../logs/log-ring.ts';
import { connectAdmin, unreachable } from './admin-client.ts';
import type { CliPorts } from './run-cli.ts';

const linesMost = 200;

export type LogOptions = { readonly level: string; readonly follow?: boolean; readonly json?: boolean };

/**
 * Prints the newest lines, of a running gateway or from the log files; `--follow` goes on with what a running one says.
 *
 * @param source only the lines of this one
 */
export const printLogs = async (options: LogOptions, ports: CliPorts, source?: string): Promise<void> => {
  if (!Object.hasOwn(levelNumbers, options.level))
    throw new AppError('BAD_REQUEST', {
      message: `"${options.level}" is not a log level.`,
      hint: `Levels are: ${Object.keys(levelNumbers).join(', ')}`,
    });
  const level = options.level as LogLevel;
  const print = (line: LogLine): void => void ports.stdout.write(options.json ? `${JSON.stringify(line)}\n` : `${logText(line)}\n`);
  const query = { level, limit: linesMost, ...(source === undefined ? {} : { source }) };
  const admin = await connectAdmin(ports.env);
  if (options.follow) {
    if (!admin) throw unreachable();
    await admin.follow(
      `/api/v1/logs?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`,
      (data, event) => {
        if (event === 'log') print(logLineSchema.parse(data));
        else ports.stderr.write(`openclaw: lines were left out here, because they were read too slowly: ${JSON.stringify(data)}\n`);
      },
    );
    return;
  }
  const { lines } = admin
    ? (await admin.call('getLogs', { query })).body
    : await readLogPage({ ring: createLogRing(0), folder: locateHome(ports.env).logs }, query);
  for (const line of lines) print(line);
  if (lines.length === 0) ports.stderr.write('No log lines yet.\n');
  if (level === 'debug' && !lines.some((line) => line.level === 'debug'))
    ports.stderr.write(
      'The gateway records from "info" up: add --follow for live debug lines, or set logs.level to "debug" in config.json.\n',
    );
};
