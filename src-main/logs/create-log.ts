import { type Logger, pino } from 'pino';
import type { LogLevel } from '../../src-shared/contract/rest.ts';
import { firstSeqIn, type LogFileOptions, openLogFile } from './log-file.ts';
import { levelNumbers, parseLogLine, readLogHead } from './log-line.ts';
import { createLogRing, type LogRing } from './log-ring.ts';
import { escapeControls, redact } from './redact.ts';

export type Log = {
  readonly logger: Logger;
  readonly ring: LogRing;
  /** Where older lines are; null where they are kept nowhere. */
  readonly folder: string | null;
  /** Records at this level at least until undone; the lowest of all that ask holds. */
  readonly lowerLevel: (level: LogLevel) => () => void;
  /** The level where nobody asks for a lower one. */
  readonly setLevel: (level: LogLevel) => void;
  readonly close: () => Promise<void>;
};

type LogOptions = Omit<LogFileOptions, 'folder'> & {
  /** Folder for `openclaw.log`; null: keep lines in the ring only. */
  readonly folder: string | null;
  readonly level: LogLevel;
  /** Also for people, on stderr: one short line each from `warn` up. */
  readonly stderr: NodeJS.WritableStream | null;
};

/** As many as a busy second has, so that what is not in memory any more is on the disk. */
const ringLines = 5_000;

/** pino, JSON lines, one file with rotation; every line redacted before it goes anywhere. */
export const createLog = (options: LogOptions): Log => {
  const { folder, stderr } = options;
  let seq = folder === null ? 1 : firstSeqIn(folder);
  const file = folder === null ? null : openLogFile({ ...options, folder });
  const ring = createLogRing(ringLines, seq - 1);
  const write = (raw: string): void => {
    // In front, so that whoever reads a file backwards can pass over lines unparsed.
    const text = `{"seq":${seq},${escapeControls(redact(raw)).slice(1)}`;
    const head = readLogHead(text);
    if (!head) return;
    seq += 1;
    const urgent = head.level >= levelNumbers.warn;
    file?.write(text, urgent);
    // Named one by one: a spread gives every line a hidden class of its own, 200 bytes each.
    ring.push({ seq: head.seq, level: head.level, time: head.time, text });
    if (urgent && stderr) stderr.write(forStderr(text));
    const lost = file?.takeLost() ?? 0;
    if (lost > 0) logger.warn({ source: 'log', lines: lost }, 'the disk was too slow for the log file: lines are missing from it');
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
  let usual = options.level;
  const wishes = new Set<{ level: LogLevel }>();
  const applyLevel = (): void => {
    const lowest = Math.min(levelNumbers[usual], ...[...wishes].map((wish) => levelNumbers[wish.level]));
    logger.level = (Object.keys(levelNumbers) as LogLevel[]).find((level) => levelNumbers[level] === lowest) ?? usual;
  };
  return {
    logger,
    ring,
    folder,
    lowerLevel: (level) => {
      const wish = { level };
      wishes.add(wish);
      applyLevel();
      return () => {
        wishes.delete(wish);
        applyLevel();
      };
    },
    setLevel: (level) => {
      usual = level;
      applyLevel();
    },
    close: () => new Promise((resolve) => (file ? file.end(resolve) : resolve())),
  };
};

const forStderr = (text: string): string => {
  const line = parseLogLine(text);
  return line ? `openclaw: ${line.level}: ${line.message}\n` : '';
};
