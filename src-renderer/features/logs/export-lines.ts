import { logText } from '../../../src-shared/log-text.ts';
import type { LogRow } from './log-rows.ts';

export type ExportFormat = 'log' | 'jsonl';

/** So many lines are written in a few milliseconds. */
const sliceRows = 2_000;

/** The lines as text, in pieces; between two of them the page has its turn. */
export const writeLines = async (rows: readonly LogRow[], format: ExportFormat, pause: () => Promise<void>): Promise<string[]> => {
  const all = [...rows];
  const pieces: string[] = [];
  for (let at = 0; at < all.length; at += sliceRows) {
    if (at > 0) await pause();
    pieces.push(
      all
        .slice(at, at + sliceRows)
        .map(({ line }) => `${format === 'log' ? logText(line) : JSON.stringify(line)}\n`)
        .join(''),
    );
  }
  return pieces;
};

/** Hands the lines to the browser as a file. The browser takes piece by piece: all in one would hold up the page. */
export const downloadLines = async (rows: readonly LogRow[], format: ExportFormat, at: Date, pause: () => Promise<void>): Promise<void> => {
  const blobs: Blob[] = [];
  for (const piece of await writeLines(rows, format, pause)) {
    blobs.push(new Blob([piece]));
    await pause();
  }
  const url = URL.createObjectURL(new Blob(blobs, { type: format === 'log' ? 'text/plain' : 'application/jsonl' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `openclaw-${at.toISOString().slice(0, 19).replaceAll(':', '-')}.${format}`;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};
