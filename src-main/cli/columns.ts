import { escapeControls, redact } from '../logs/redact.ts';

/** What others wrote, on one line of a terminal: no control or bidi characters, no secrets. */
export const oneLine = (text: string): string => escapeControls(redact(text).replace(/\s+/g, ' ').trim());

/** `2026-03-06 12:30`, UTC, as logs have it. */
export const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** Columns as wide as their widest cell. The last one is not filled up, so that text of any width can stand there. */
export const columns = (rows: readonly (readonly string[])[]): string => {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)), []);
  return rows.map((row) => `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  ')}\n`).join('');
};
