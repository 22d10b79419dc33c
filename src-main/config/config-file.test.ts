import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeConfigFile } from './config-file.conformance.ts';
import { type ConfigFile, createConfigFile } from './config-file.ts';
import { createMemoryConfigFile } from './memory-config-file.ts';

const paths = () => {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-config-file-'));
  onTestFinished(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  });
  return { file: join(folder, 'config.json'), lastGood: join(folder, 'data', 'config.last-good.json'), shown: '~/config.json' };
};
const open = (place = paths()): ConfigFile => createConfigFile(place);

describe('the config file in memory', () => describeConfigFile(createMemoryConfigFile));

describe('the config file on the disk', () => {
  describeConfigFile(open);

  it("is this user's alone, whatever it was before, and the last good one is a copy", async () => {
    const place = paths();
    writeFileSync(place.file, '{}', { mode: 0o644 });
    await open(place).write('{ }');
    expect(statSync(place.file).mode & 0o777).toBe(0o600);
    expect(readFileSync(place.lastGood, 'utf8')).toBe('{ }');
    expect(readdirSync(dirname(place.file)).sort()).toEqual(['config.json', 'data']);
  });

  it('stays a link where it is one, even to a file that is not there yet', async () => {
    const place = paths();
    const target = join(dirname(place.file), 'dotfiles', 'openclaw.json');
    mkdirSync(dirname(target));
    symlinkSync('dotfiles/openclaw.json', place.file);
    for (const text of ['{}', '{ "a": 1 }']) {
      await open(place).write(text);
      expect(readlinkSync(place.file)).toBe('dotfiles/openclaw.json');
      expect(readFileSync(target, 'utf8')).toBe(text);
    }
  });

  it('tells of a file that a link leads to', async () => {
    const place = paths();
    const target = join(dirname(place.file), 'dotfiles', 'openclaw.json');
    mkdirSync(dirname(target));
    writeFileSync(target, '{}');
    symlinkSync(target, place.file);
    let edits = 0;
    await new Promise<void>((resolve) => {
      const unwatch = open(place).watch(resolve);
      // Until the watcher stands: where the link leads to is looked up first.
      const edit = setInterval(() => writeFileSync(target, `// ${++edits}\n{}`), 5);
      onTestFinished(() => {
        clearInterval(edit);
        unwatch();
      });
    });
  });

  it('does not mind what a crash between writing and renaming has left', async () => {
    const place = paths();
    writeFileSync(place.file, '{}');
    writeFileSync(`${place.file}.4711-0badcafe.tmp`, '{ "half": ');
    const file = open(place);
    expect(await file.read()).toBe('{}');
    await file.write('{ "a": 1 }');
    expect(await file.read()).toBe('{ "a": 1 }');
  });

  it.skipIf(process.getuid?.() === 0)('says what is wrong where it cannot be written, and leaves all as it was', async () => {
    const place = paths();
    writeFileSync(place.file, '{}');
    chmodSync(dirname(place.file), 0o500);
    await expect(open(place).write('{ "a": 1 }')).rejects.toMatchObject({
      code: 'HOME_UNUSABLE',
      message: '~/config.json cannot be written (this user may not write it or its folder). Nothing was changed.',
    });
    expect(readFileSync(place.file, 'utf8')).toBe('{}');
    expect(existsSync(place.lastGood)).toBe(false);
  });

  it('says so where it cannot be read', async () => {
    const place = paths();
    mkdirSync(place.file);
    await expect(open(place).read()).rejects.toMatchObject({ code: 'HOME_UNUSABLE', message: expect.stringContaining('EISDIR') });
    await expect(open(place).write('{}')).rejects.toMatchObject({ code: 'HOME_UNUSABLE' });
  });
});
