import { closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { createStream } from 'rotating-file-stream';
import type { Clock } from '../gateway-ports.ts';
import { readLogHead } from './log-line.ts';

export type LogFileOptions = {
  readonly folder: string;
  /** MiB at which the file is rotated. */
  readonly maxSizeMb: number;
  readonly keep: number;
  readonly clock: Pick<Clock, 'after'>;
};

export type LogFile = {
  /** `atOnce`: with all that waits, rather than with the next batch. */
  readonly write: (text: string, atOnce: boolean) => void;
  /** Lines that a slow disk has cost since it was last asked. */
  readonly takeLost: () => number;
  readonly end: (done: () => void) => void;
};

const batchMs = 100;
const batchMost = 64 * 1024;
/** More than this on its way to a disk that does not take it is memory we cannot spare. */
const unwrittenMost = 8 * 1024 * 1024;
const tailBytes = 64 * 1024;
const seqsPerStart = 1_000_000;

const logFileName = 'openclaw.log';

/** The current file is 0; the greater the number, the older. */
export const logFileNameOf = (index: number): string => (index === 0 ? logFileName : `openclaw.${index}.log`);

/**
 * Lines go to the file in batches: a write costs the same for one line as for a hundred. Warnings and errors take what
 * waits with them at once, so a crash costs at most a moment of quiet lines.
 */
export const openLogFile = ({ folder, maxSizeMb, keep, clock }: LogFileOptions): LogFile => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stream = createStream((index) => logFileNameOf(Number(index ?? 0)), {
    path: folder,
    size: `${maxSizeMb}M`,
    rotate: keep,
    mode: 0o600,
  });
  // A log that cannot be written (disk full) must not end the gateway; the ring still has the lines.
  stream.on('error', () => undefined);
  stream.on('warning', () => undefined);
  let waiting = '';
  let lost = 0;
  let cancelFlush: (() => void) | null = null;
  const flush = (): void => {
    cancelFlush?.();
    cancelFlush = null;
    if (waiting !== '') stream.write(waiting);
    waiting = '';
  };
  return {
    write: (text, atOnce) => {
      if (stream.writableLength > unwrittenMost) {
        lost += 1;
        return;
      }
      waiting += text;
      if (atOnce || waiting.length > batchMost) flush();
      else cancelFlush ??= clock.after(batchMs, flush);
    },
    takeLost: () => {
      if (lost === 0 || stream.writableLength > unwrittenMost / 2) return 0;
      const taken = lost;
      lost = 0;
      return taken;
    },
    end: (done) => {
      flush();
      stream.end(done);
    },
  };
};

/**
 * Where this process begins to count: the million after the last line of the ones before it. What they had not written yet
 * when they were killed had numbers too, and those must not be given again.
 */
export const firstSeqIn = (folder: string): number => {
  const last = lastSeqOf(join(folder, logFileNameOf(0))) ?? lastSeqOf(join(folder, logFileNameOf(1)));
  return last === null ? 1 : (Math.floor(last / seqsPerStart) + 1) * seqsPerStart + 1;
};

const lastSeqOf = (path: string): number | null => {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const tail = Buffer.alloc(Math.min(size, tailBytes));
      readSync(file, tail, 0, tail.length, size - tail.length);
      for (const text of tail.toString('utf8').split('\n').reverse()) {
        const found = readLogHead(text);
        if (found) return found.seq;
      }
    } finally {
      closeSync(file);
    }
  } catch {
    // None, or one that cannot be read: there is nothing to go on from.
  }
  return null;
};
