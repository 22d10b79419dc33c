import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../testing/manual-clock.ts';
import { createTestHome, workerUrl } from '../../../testing/test-gateway.ts';
import { inWords, openSearch } from './open-search.ts';
import type { SearchQuery } from './search-files.ts';

const clock = createManualClock();
const search = openSearch({ clock, workerUrl: new URL('search-worker.js', workerUrl) });
const folderOf = (files: Readonly<Record<string, string>>): string => {
  const home = createTestHome();
  const folder = home.workspace('main');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  writeFileSync(join(home.folder, 'outside.txt'), 'needle');
  return folder;
};
const found = (query: Partial<SearchQuery> & { folder: string }, signal = new AbortController().signal) =>
  search({ glob: null, pattern: null, ignoreCase: false, ...query }, signal);

describe('a search', () => {
  it('finds files by name, sorted, and never through a link', async () => {
    const folder = folderOf({ 'b.ts': '', 'a/c.ts': '', 'a/d.js': '', 'node_modules/x/e.ts': '', '.git/f.ts': '', '.hidden/g.ts': '' });
    symlinkSync(join(folder, '..', '..'), join(folder, 'out'));
    symlinkSync(join(folder, 'a'), join(folder, 'again'));
    symlinkSync(join(folder, 'b.ts'), join(folder, 'link.ts'));
    expect(await found({ folder, glob: '*.ts' })).toEqual({ lines: ['.hidden/g.ts', 'a/c.ts', 'b.ts'], more: 0, stoppedEarly: false });
    expect((await found({ folder, glob: 'outside.txt' })).lines).toEqual([]);
  });

  it('finds lines, with their numbers', async () => {
    const folder = folderOf({
      'a.txt': 'one\r\nNeedle 针\r\n',
      'b.md': 'a needle',
      'c.bin': 'needle\0',
      'long.txt': `needle${'x'.repeat(5_000)}`,
    });
    const { lines } = await found({ folder, pattern: 'needle', ignoreCase: true });
    expect(lines.slice(0, 2)).toEqual(['a.txt:2: Needle 针', 'b.md:1: a needle']);
    expect(lines[2]?.length).toBeLessThan(330);
    expect(lines.length).toBe(3);
    expect((await found({ folder, pattern: '^\\p{Script=Han}|针$' })).lines).toEqual(['a.txt:2: Needle 针']);
    // What the stricter kind of pattern refuses is taken as older ones were.
    expect((await found({ folder, pattern: 'a\\-?\\ needle', glob: '*.md' })).lines).toEqual(['b.md:1: a needle']);
  });

  it('gives no more than a model should read, and says how many there were', async () => {
    const folder = folderOf({ 'many.txt': 'x\n'.repeat(500) });
    const result = await found({ folder, pattern: 'x' });
    expect({ lines: result.lines.length, more: result.more }).toEqual({ lines: 200, more: 300 });
    expect(inWords(result, 'none')).toMatch(/\n\[300 more\]$/);
  });

  it('says what is wrong with a pattern', async () => {
    const folder = folderOf({});
    await expect(found({ folder, pattern: '(' })).rejects.toThrow(/cannot be made: Invalid regular expression/);
    await expect(found({ folder, glob: '[' })).rejects.toThrow(/never closed/);
  });

  it('that would never end is ended, and holds nobody up meanwhile', async () => {
    const folder = folderOf({ 'a.txt': `${'a'.repeat(60)}!` });
    const ends = found({ folder, pattern: '^(a+)+$' });
    const told = expect(ends).rejects.toThrow(/took longer than 15 s/);
    clock.advance(15_000);
    await told;
    const cancel = new AbortController();
    const cancelled = found({ folder, pattern: '^(a+)+$' }, cancel.signal);
    cancel.abort();
    await expect(cancelled).rejects.toThrow('Cancelled.');
  });
});
