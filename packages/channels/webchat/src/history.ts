import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Node } from './to-nodes.ts';

/** One line of a conversation. */
export type Entry = {
  /** Counts up from 1 within a conversation. */
  readonly no: number;
  readonly id: string;
  readonly by: 'visitor' | 'agent';
  readonly nodes: readonly Node[];
  readonly buttons?: readonly { readonly id: string; readonly label: string }[];
  readonly at: number;
};

/** What was said to each visitor, in a file each: the page may be closed when the answer comes. */
export type History = {
  /** Resolves when it is on the disk. One that comes again under the same id is the same. */
  readonly add: (visitor: string, entry: Omit<Entry, 'no'>) => Promise<Entry>;
  /** The newest hundred, the oldest first. */
  readonly read: (visitor: string) => Promise<readonly Entry[]>;
  /** Told of what is added. Returns its undo. */
  readonly follow: (visitor: string, listener: (entry: Entry) => void) => () => void;
  /** Forgets whoever was not heard of for 90 days, and beyond 512 MiB who was not for the longest time. */
  readonly forgetOld: (now: number) => Promise<void>;
};

const shown = 100;
const keptMs = 90 * 86_400_000;
/** Of one conversation: beyond that the newest half stays. */
const bytesMost = 512 * 1024;
const allMost = 512 * 1024 * 1024;

/** @param folder of its own; visitors' ids are ours, and so are fit to be names of files */
export const createHistory = (folder: string): History => {
  const listeners = new Map<string, Set<(entry: Entry) => void>>();
  const lanes = new Map<string, Promise<unknown>>();
  const fileOf = (visitor: string): string => join(folder, `${visitor}.jsonl`);

  const read = async (visitor: string): Promise<readonly Entry[]> => {
    const text = await readFile(fileOf(visitor), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    // What a crash cut off in the middle is no line; its sender was not told that it had arrived.
    const lines = text.split('\n').slice(0, -1);
    return lines.flatMap((line) => parse(line) ?? []);
  };

  const add: History['add'] = async (visitor, said) => {
    const before = await read(visitor);
    const same = before.find(({ id }) => id === said.id);
    if (same) return same;
    const entry = { no: (before.at(-1)?.no ?? 0) + 1, ...said };
    await mkdir(folder, { recursive: true });
    const text = `${JSON.stringify(entry)}\n`;
    await shorten(fileOf(visitor), before, text.length);
    const unfinished = await endsInTheMiddle(fileOf(visitor));
    const file = await open(fileOf(visitor), 'a');
    try {
      await appendFile(file, unfinished ? `\n${text}` : text);
      await file.datasync();
    } finally {
      await file.close();
    }
    for (const listener of listeners.get(visitor) ?? []) listener(entry);
    return entry;
  };

  return {
    add: (visitor, entry) => {
      const done = (lanes.get(visitor) ?? Promise.resolve()).then(() => add(visitor, entry));
      const settled = done.catch(() => undefined);
      lanes.set(visitor, settled);
      void settled.then(() => lanes.get(visitor) === settled && lanes.delete(visitor));
      return done;
    },
    read: async (visitor) => (await read(visitor)).slice(-shown),
    follow: (visitor, listener) => {
      const all = listeners.get(visitor) ?? new Set();
      listeners.set(visitor, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0) listeners.delete(visitor);
      };
    },
    forgetOld: async (now) => {
      const found: { readonly path: string; readonly size: number; readonly at: number }[] = [];
      for (const name of await readdir(folder).catch(() => [])) {
        const path = join(folder, name);
        const { size, mtimeMs } = await stat(path);
        found.push({ path, size, at: mtimeMs });
      }
      let all = 0;
      for (const { path, size, at } of found.sort((a, b) => b.at - a.at)) {
        all += size;
        if (now - at > keptMs || all > allMost) await rm(path);
      }
    },
  };
};

/** A visitor can write for as long as they like. Replaced whole. */
const shorten = async (path: string, entries: readonly Entry[], more: number): Promise<void> => {
  const size = (await stat(path).catch(() => null))?.size ?? 0;
  if (size + more <= bytesMost) return;
  const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`);
  let first = lines.length;
  for (let length = 0; first > 0; first -= 1) {
    length += lines[first - 1]?.length ?? 0;
    if (length > bytesMost / 2) break;
  }
  await writeFile(`${path}.part`, lines.slice(first).join(''));
  await rename(`${path}.part`, path);
};

const parse = (line: string): Entry | null => {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return null;
  }
};

const endsInTheMiddle = async (path: string): Promise<boolean> => {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text !== '' && !text.endsWith('\n');
};
