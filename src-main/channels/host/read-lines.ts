import type { Readable } from 'node:stream';
import type { Clock } from '../../gateway-ports.ts';

const maxLine = 8 * 1024;
const bytesPerSecond = 256 * 1024;

/** Line by line, so much a second and no more: a process that writes without end waits for us, not we for it. */
export const readLines = (stream: Readable, clock: Pick<Clock, 'after'>, onLine: (line: string) => void): void => {
  let rest = '';
  let read = 0;
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, maxLine);
    for (const line of lines) if (line !== '') onLine(line.slice(0, maxLine));
    read += text.length;
    if (read < bytesPerSecond) return;
    stream.pause();
    clock.after(1_000, () => {
      read = 0;
      stream.resume();
    });
  });
  stream.on('end', () => rest !== '' && onLine(rest));
  stream.on('error', () => undefined);
};
