import { mkdirSync } from 'node:fs';
import { type Logger, pino } from 'pino';
import { createStream } from 'rotating-file-stream';
import type { LogLine } from '../../src-shared/contract/rest.ts';
import type { Clock } from '../gateway-ports.ts';
import { createLogRing, type LogRing } from './log-ring.ts';
import { escapeControls, redact } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type Log = {
  readonly logger: Logger;
  readonly ring: LogRing;
  /** Records at this level at least until undone; the lowest of all that ask holds. */
  readonly lowerLevel: (level: LogLevel) => () => void;
  readonly close: () => Promise<void>;
};

type LogOptions = {
  /** Folder for `openclaw.log`; null: keep lines in the ring only. */
  readonly folder: string | null;
  readonly level: LogLevel;
  /** MiB at which the file is rotated. */
  readonly maxSizeMb: number;
  readonly keep: number;
  readonly clock: Pick<Clock, 'after'>;
  /** Also for people, on stderr: one short line each from `warn` up. */
  readonly stderr: NodeJS.WritableStream | null;
};

const batchMs = 100;
const batchMost = 64 * 1024;

export const logFileName = 'openclaw.log';

/** Levels by number, as pino counts. */
export const levelNumbers: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 };

/** pino, JSON lines, one file with rotation; every line redacted before it goes anywhere. */
export const createLog = (options: LogOptions): Log => {
  const ring = createLogRing(2_000);
  const file = options.folder === null ? null : openFile(options.folder, options);
  let seq = 0;
  const write = (text: string): void => {
    const clean = escapeControls(redact(text));
    const line = parseLogLine(clean, seq + 1);
    file?.write(clean, line === null || levelNumbers[line.level] >= levelNumbers.warn);
    if (!line) return;
    seq = line.seq;
    ring.push(line);
    if (options.stderr && levelNumbers[line.level] >= levelNumbers.warn) options.stderr.write(`openclaw: ${line.level}: ${line.message}\n`);
  };
  const logger = pino(
    {
      level: options.level,
      base: null,
      formatters: { level: (level) => ({ level }) },
      messageKey: 'message',
      serializers: { err: pino.stdSerializers.errWithCause },
    },
    { write },
  );
  const wishes = new Set<{ level: LogLevel }>();
  const applyLevel = (): void => {
    const lowest = Math.min(levelNumbers[options.level], ...[...wishes].map((wish) => levelNumbers[wish.level]));
    logger.level = (Object.keys(levelNumbers) as LogLevel[]).find((level) => levelNumbers[level] === lowest) ?? options.level;
  };
  return {
    logger,
    ring,
    lowerLevel: (level) => {
      const wish = { level };
      wishes.add(wish);
      applyLevel();
      return () => {
        wishes.delete(wish);
        applyLevel();
      };
    },
    close: () => new Promise((resolve) => (file ? file.end(resolve) : resolve())),
  };
};

/** A line of the file as the API shows it; null for what is not one. */
export const parseLogLine = (text: string, seq: number): LogLine | null => {
  try {
    const { time, level, source, message, traceId, ...fields } = JSON.parse(text) as Record<string, unknown>;
    if (typeof time !== 'number' || typeof level !== 'string' || !Object.hasOwn(levelNumbers, level)) return null;
    return {
      seq,
      time,
      level: level as LogLevel,
      source: typeof source === 'string' ? source : 'gateway',
      message: typeof message === 'string' ? escapeControls(message) : '',
      ...(typeof traceId === 'string' ? { traceId } : {}),
      fields,
    };
  } catch {
    return null;
  }
};

/**
 * Lines go to the file in batches: a write costs the same for one line as for a hundred. Warnings and errors take what
 * waits with them at once, so a crash costs at most a moment of quiet lines.
 */
const openFile = (folder: string, options: LogOptions) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stream = createStream((index) => (index ? `openclaw.${String(index)}.log` : logFileName), {
    path: folder,
    size: `${options.maxSizeMb}M`,
    rotate: options.keep,
    mode: 0o600,
  });
  // A log that cannot be written (disk full) must not end the gateway; the ring still has the lines.
  stream.on('error', () => undefined);
  stream.on('warning', () => undefined);
  let waiting = '';
  let cancelFlush: (() => void) | null = null;
  const flush = (): void => {
    cancelFlush?.();
    cancelFlush = null;
    if (waiting !== '') stream.write(waiting);
    waiting = '';
  };
  return {
    write: (text: string, atOnce: boolean) => {
      waiting += text;
      if (atOnce || waiting.length > batchMost) flush();
      else cancelFlush ??= options.clock.after(batchMs, flush);
    },
    end: (done: () => void) => {
      flush();
      stream.end(done);
    },
  };
};
