import type * as Fs from 'node:fs';
import { constants } from 'node:fs';
import { globToRegExp } from './glob-pattern.ts';

/** What to look for below a folder. */
export type SearchQuery = {
  /** Absolute, links resolved. */
  readonly folder: string;
  /** Which files, as paths from the folder; null: all. */
  readonly glob: string | null;
  /** A regular expression for their lines; null: their names are the result. */
  readonly pattern: string | null;
  readonly ignoreCase: boolean;
};

/** `lines`: paths, or `path:line: text`. `more`: how many there were beyond those given. */
export type SearchResult = { readonly lines: readonly string[]; readonly more: number; readonly stoppedEarly: boolean };

export type SearchFs = Pick<typeof Fs, 'readdirSync' | 'openSync' | 'fstatSync' | 'readSync' | 'closeSync'>;

const pathsMost = 1_000;
const hitsMost = 200;
const entriesMost = 200_000;
const fileMost = 4 * 1024 * 1024;
const lineMost = 300;
const skipped = new Set(['.git', 'node_modules']);

/**
 * Looks through a folder, blocking: for a thread of its own. Links are not followed, so nothing leads out; `.git` and
 * `node_modules` are left out.
 * @throws SyntaxError for a glob or pattern that is none
 */
export const searchFiles = (query: SearchQuery, fs: SearchFs): SearchResult => {
  const isWanted = query.glob === null ? null : globToRegExp(query.glob);
  const pattern = query.pattern === null ? null : compile(query.pattern, query.ignoreCase);
  const most = pattern ? hitsMost : pathsMost;
  const lines: string[] = [];
  let more = 0;
  let seen = 0;
  for (const path of walk(fs, query.folder)) {
    seen += 1;
    if (seen > entriesMost) return { lines, more, stoppedEarly: true };
    if (path.endsWith('/') || (isWanted && !isWanted.test(path))) continue;
    const found = pattern ? matches(readText(fs, `${query.folder}/${path}`), pattern, path) : [path];
    const room = Math.max(0, most - lines.length);
    lines.push(...found.slice(0, room));
    more += Math.max(0, found.length - room);
  }
  return { lines, more, stoppedEarly: false };
};

/** Folders (with a slash at their end) and files, by name. A folder that cannot be read is passed over. */
function* walk(fs: SearchFs, folder: string, below = ''): Iterable<string> {
  for (const entry of entriesOf(fs, `${folder}/${below}`)) {
    const path = `${below}${entry.name}`;
    if (entry.isFile()) yield path;
    else if (entry.isDirectory() && !skipped.has(entry.name)) {
      yield `${path}/`;
      yield* walk(fs, folder, `${path}/`);
    }
  }
}

const entriesOf = (fs: SearchFs, folder: string): Fs.Dirent[] => {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
};

/** Models escape what need not be, which the stricter kind refuses. */
const compile = (pattern: string, ignoreCase: boolean): RegExp => {
  const flags = ignoreCase ? 'i' : '';
  try {
    return new RegExp(pattern, `${flags}u`);
  } catch {
    return new RegExp(pattern, flags);
  }
};

/** Null for what is too long, no text, or cannot be read. */
const readText = (fs: SearchFs, path: string): string | null => {
  let file: number | null = null;
  try {
    // One that has become a link or a pipe meanwhile is passed over. (Windows has neither flag.)
    file = fs.openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const { size } = fs.fstatSync(file);
    if (size > fileMost) return null;
    const buffer = Buffer.alloc(size);
    const bytes = buffer.subarray(0, fs.readSync(file, buffer, 0, size, 0));
    return bytes.includes(0) ? null : bytes.toString('utf8');
  } catch {
    return null;
  } finally {
    if (file !== null) fs.closeSync(file);
  }
};

const matches = (text: string | null, pattern: RegExp, path: string): string[] =>
  (text ?? '').split(/\r?\n/).flatMap((line, index) => {
    if (!pattern.test(line)) return [];
    return [`${path}:${index + 1}: ${line.length > lineMost ? `${line.slice(0, lineMost)}…` : line}`];
  });
