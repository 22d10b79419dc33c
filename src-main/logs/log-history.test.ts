import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../clock.ts';
import { createLog } from './create-log.ts';
import { type LogPageQuery, readLogPage } from './log-history.ts';
import { createLogRing } from './log-ring.ts';

const createFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const line = (seq: number, level = 'info', more: object = {}): string =>
  `${JSON.stringify({ seq, level, time: 1_000 + seq, source: 'test', message: `line ${seq}`, ...more })}\n`;

/** Lines as a process has left them: the newest file first, each oldest first. */
const writeFiles = (...files: readonly (readonly string[])[]): string => {
  const folder = createFolder();
  for (const [index, lines] of files.entries())
    writeFileSync(join(folder, index === 0 ? 'openclaw.log' : `openclaw.${index}.log`), lines.join(''));
  return folder;
};
const range = (from: number, to: number, level?: string): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => line(from + index, level));

const readFrom = async (folder: string, query: Partial<LogPageQuery> = {}) => {
  const { lines, nextBefore } = await readLogPage({ ring: createLogRing(0), folder }, { level: 'info', limit: 5_000, ...query });
  return { seqs: lines.map(({ seq }) => seq), nextBefore };
};

describe('older lines', () => {
  it('go back through the rotated files, page by page, each line once', async () => {
    const folder = writeFiles(range(7_001, 9_000), range(2_001, 7_000), range(1, 2_000));
    const pages: number[][] = [];
    for (let before: number | null = null; ; ) {
      const { seqs, nextBefore } = await readFrom(folder, { limit: 3_500, ...(before === null ? {} : { before }) });
      pages.unshift(seqs);
      if (nextBefore === null) break;
      before = nextBefore;
    }
    expect(pages.length).toBe(3);
    expect(pages.flat()).toEqual(Array.from({ length: 9_000 }, (_, index) => index + 1));
  });

  it('are whole where a line is longer than what is read at once, and letters lie across its edge', async () => {
    const long = '日志'.repeat(60_000);
    const folder = writeFiles([line(1), line(2, 'info', { long }), line(3), line(4, 'warn', { long }), line(5)]);
    const { lines } = await readLogPage({ ring: createLogRing(0), folder }, { level: 'info', limit: 10 });
    expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(lines[1]?.fields.long).toBe(long);
    expect(lines[3]?.fields.long).toBe(long);
  });

  it('end where they were asked to', async () => {
    const folder = writeFiles(range(11, 20), range(1, 10));
    expect(await readFrom(folder, { after: 8, before: 13 })).toEqual({ seqs: [9, 10, 11, 12], nextBefore: null });
    expect(await readFrom(folder, { after: 8, before: 13, limit: 2 })).toEqual({ seqs: [11, 12], nextBefore: 11 });
    expect(await readFrom(folder, { since: 1_015 })).toEqual({ seqs: [16, 17, 18, 19, 20], nextBefore: null });
    expect(await readFrom(folder, { before: 1 })).toEqual({ seqs: [], nextBefore: null });
  });

  it('are found by level and words', async () => {
    const folder = writeFiles([...range(1, 3), line(4, 'error', { path: 'a "quoted" \\ name' }), ...range(5, 6, 'debug')]);
    expect((await readFrom(folder, { level: 'error' })).seqs).toEqual([4]);
    expect((await readFrom(folder, { level: 'debug', q: 'A "QUOTED" \\' })).seqs).toEqual([4]);
    expect((await readFrom(folder)).seqs).toEqual([1, 2, 3, 4]);
  });

  it('skip what is no line', async () => {
    const folder = writeFiles([
      'not json\n',
      line(1),
      '{"seq":2,"level":"info","time":5,"cut of\n',
      '\n',
      line(3),
      '{"seq":4,"level":"info","time":1,',
    ]);
    expect((await readFrom(folder)).seqs).toEqual([1, 3]);
  });

  it('are none in a folder without files', async () => {
    expect(await readFrom(createFolder())).toEqual({ seqs: [], nextBefore: null });
  });
});

describe('a log', () => {
  const open = (folder: string) => createLog({ folder, level: 'info', maxSizeMb: 1, keep: 3, clock: systemClock, stderr: null });

  it('has every line of a flood once and in order, in memory and in as many files as it takes', async () => {
    const folder = createFolder();
    const log = open(folder);
    const count = 12_000;
    for (let n = 0; n < count; n += 1) log.logger.info({ source: 'flood', n, filler: 'x'.repeat(100) }, 'one of many');
    const read = async () => {
      const { lines } = await readLogPage(log, { level: 'info', source: 'flood', limit: 100_000 });
      return lines.map(({ fields }) => fields.n);
    };
    await log.close();
    expect(readdirSync(folder).length).toBeGreaterThan(1);
    expect(await read()).toEqual(Array.from({ length: count }, (_, n) => n));
  });

  it('counts on at the next start, and gives no number twice, even of lines that were never written', async () => {
    const folder = createFolder();
    const first = open(folder);
    first.logger.info('one');
    await first.close();
    const second = open(folder);
    expect(second.ring.lastSeq()).toBe(1_000_000);
    second.logger.info('two');
    await second.close();
    const third = open(folder);
    third.logger.info('three');
    const { lines } = await readLogPage(third, { level: 'info', limit: 10 });
    expect(lines.map(({ seq, message }) => [seq, message])).toEqual([
      [1, 'one'],
      [1_000_001, 'two'],
      [2_000_001, 'three'],
    ]);
    await third.close();
    const text = readFileSync(join(folder, 'openclaw.log'), 'utf8');
    expect(
      text
        .split('\n')
        .filter(Boolean)
        .map((row) => JSON.parse(row).seq),
    ).toEqual([1, 1_000_001, 2_000_001]);
  });
});
