import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { withBuildLock } from './build-lock.mjs';
import { inputHash } from './stamp.mjs';

const folder = mkdtempSync(join(tmpdir(), 'build-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the hash over what a part is made of', () => {
  const source = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const hash = () => inputHash(folder, ['src', 'package-lock.json', 'not-there.json']);
  mkdirSync(join(folder, 'src/deep'), { recursive: true });
  source('src/deep/a.ts', '1');
  source('package-lock.json', '{}');

  test.each([
    ['a changed file', () => source('src/deep/a.ts', '2')],
    ['a new file', () => source('src/b.ts', '')],
    ['a new lockfile', () => source('package-lock.json', '{"a":1}')],
  ])('changes with %s', async (_, change) => {
    const before = await hash();
    change();
    expect(await hash()).not.toBe(before);
  });

  test.each([
    ['times', () => utimesSync(join(folder, 'src/b.ts'), 1, 1)],
    ['tests', () => source('src/b.test.ts', 'x')],
  ])('does not change with %s', async (_, change) => {
    const before = await hash();
    change();
    expect(await hash()).toBe(before);
  });
});

describe('the build lock', () => {
  const out = join(folder, 'out');
  const silent = { write: () => true } as unknown as NodeJS.WritableStream;

  test('one build at a time, and the one that waits says so', async () => {
    const said: string[] = [];
    const order: string[] = [];
    const [finished, finish] = signal();
    const [heard, hear] = signal();
    const first = withBuildLock(out, silent, async () => {
      await finished;
      order.push('first');
    });
    const write = (text: string): boolean => {
      said.push(text);
      hear();
      return true;
    };
    const progress = { write } as unknown as NodeJS.WritableStream;
    const second = withBuildLock(out, progress, async () => order.push('second'));
    await heard;
    finish();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    expect(said).toEqual([expect.stringContaining(String(process.pid))]);
  });

  test('a build that fails frees it', async () => {
    await expect(withBuildLock(out, silent, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await withBuildLock(out, silent, async () => 'built')).toBe('built');
  });

  test('the lock of a process that is gone is taken over', async () => {
    const gone = spawnSync('true').pid;
    writeFileSync(join(out, '.build.lock'), String(gone));
    expect(await withBuildLock(out, silent, async () => 'built')).toBe('built');
  });
});

/** @returns a promise and what fulfils it */
const signal = (): readonly [Promise<void>, () => void] => {
  let fulfil = (): void => {};
  const promise = new Promise<void>((resolve) => {
    fulfil = resolve;
  });
  return [promise, () => fulfil()];
};
