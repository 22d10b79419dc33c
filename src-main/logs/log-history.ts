import type { LogLine } from '../../src-shared/contract/rest.ts';
import type { Log } from './create-log.ts';
import { createLogFilter, type LogFilter } from './log-filter.ts';
import { readLogHead } from './log-line.ts';
import { readLogFiles } from './read-log-files.ts';

export type LogPageQuery = LogFilter & {
  readonly limit: number;
  /** Only lines between these two, both excluded. */
  readonly after?: number | undefined;
  readonly before?: number | undefined;
};

/** Oldest first. `nextBefore`: where older ones begin; null where there are none that could match. */
export type LogPage = { readonly lines: readonly LogLine[]; readonly nextBefore: number | null };

/** A page takes as long as this at most; who wants to go on searching asks for the next one. */
const bytesMost = 32 * 1024 * 1024;

/** The newest lines that pass: from memory, and beyond it from the files. */
export const readLogPage = async ({ ring, folder }: Pick<Log, 'ring' | 'folder'>, query: LogPageQuery): Promise<LogPage> => {
  const filter = createLogFilter(query);
  const { after = 0, since = 0, limit } = query;
  /** Newest first. */
  const lines: LogLine[] = [];
  let before = query.before ?? Number.POSITIVE_INFINITY;
  let over = false;

  const take = (text: string): void => {
    const head = readLogHead(text);
    // What comes twice, because the files were rotated meanwhile, is not taken twice.
    if (over || !head || head.seq >= before) return;
    if (head.seq <= after) {
      over = true;
      return;
    }
    before = head.seq;
    const line = filter(head, text);
    if (line) lines.push(line);
    over = lines.length >= limit;
  };

  const page = (more: boolean): LogPage => ({ lines: lines.reverse(), nextBefore: more && before > after + 1 ? before : null });

  for (const { text } of [...ring.entries()].reverse()) take(text);
  if (over) return page(lines.length >= limit);
  if (folder === null) return page(false);

  let bytes = 0;
  for await (const piece of readLogFiles(folder)) {
    for (const text of piece.lines) take(text);
    if (over) return page(lines.length >= limit);
    // Older than asked for; single lines can be out of order where the clock was set.
    const oldest = piece.lines.map(readLogHead).findLast((head) => head !== null);
    if (oldest && oldest.time <= since) return page(false);
    bytes += piece.bytes;
    if (bytes > bytesMost) return page(true);
  }
  return page(false);
};
