import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../clock.ts';
import { archiveOf, chunksOf } from '../../testing/plugin-archive.ts';
import type { PluginStore } from '../plugin-store.ts';
import { createFolderPluginStore } from './folder-plugin-store.ts';
import { describePluginStore } from './plugin-store.conformance.ts';
import { readPlugin } from './read-plugin.ts';

let home: string;
const folder = () => join(home, 'plugins');
beforeEach(async () => {
  home = await fs.realpath(await fs.mkdtemp(join(tmpdir(), 'plugin-store-')));
  const { files } = await readPlugin(archiveOf({ id: 'ours' }));
  for (const { path, content } of files) {
    await fs.mkdir(join(home, 'bundled/ours'), { recursive: true });
    await fs.writeFile(join(home, 'bundled/ours', path), content);
  }
  onTestFinished(() => fs.rm(home, { recursive: true, force: true }));
});

const open = (ports: Partial<typeof fs> = {}): PluginStore =>
  createFolderPluginStore({
    ...{ fs: { ...fs, ...ports }, folder: folder(), bundled: join(home, 'bundled'), clock: systemClock, randomBytes },
  });
const install = async (store: PluginStore, version: string, id = 'mine'): Promise<void> =>
  (await store.stage(chunksOf(archiveOf({ id, version }, `export default '${version}'`)))).commit();
const folderOf = async (id = 'mine'): Promise<string> => (await open().find(id))?.folder ?? 'none';

describePluginStore('the folder', async () => ({
  store: open(),
  spoil: async (id) => fs.appendFile(join((await open().find(id))?.folder ?? '', 'index.mjs'), '\n// changed'),
}));

describe('the folder of plugins', () => {
  it('gives the next process what this one installed', async () => {
    await install(open(), '1.0.0');
    expect(await fs.readFile(join(await folderOf(), 'index.mjs'), 'utf8')).toBe("export default '1.0.0'");
    expect(dirname(dirname(await folderOf()))).toBe(folder());
  });

  it.each<[string, (at: string) => Promise<unknown>, RegExp]>([
    [
      'a file is changed and keeps its size',
      (at) => fs.writeFile(join(at, 'index.mjs'), "export default '6.6.6'"),
      /index\.mjs was changed/,
    ],
    ['a file is gone', (at) => fs.rm(join(at, 'index.mjs')), /index\.mjs is missing/],
    ['a file is added', (at) => fs.writeFile(join(at, 'more.mjs'), ''), /more\.mjs is none of its files/],
    [
      'a file becomes a link',
      async (at) => {
        await fs.rename(join(at, 'index.mjs'), join(home, 'elsewhere.mjs'));
        await fs.symlink(join(home, 'elsewhere.mjs'), join(at, 'index.mjs'));
      },
      /index\.mjs is a link/,
    ],
    [
      'its manifest asks for more',
      async (at) => {
        const file = join(at, 'openclaw.plugin.json');
        await fs.writeFile(file, (await fs.readFile(file, 'utf8')).replace('"listen": false', '"listen": true'));
      },
      /openclaw\.plugin\.json was changed/,
    ],
    ['all of it is gone', (at) => fs.rm(at, { recursive: true }), /"mine" is not run/],
    ['its record is damaged', (at) => fs.writeFile(join(dirname(at), 'installed.json'), '{'), /installed\.json is damaged/],
  ])('hands nothing out once %s', async (_name, spoil, words) => {
    const store = open();
    await install(store, '1.0.0');
    await store.find('mine');
    await spoil(await folderOf());
    await expect(store.find('mine')).rejects.toThrow(words);
    expect((await store.list()).find(({ id }) => id === 'mine')?.error).toMatch(words);
    await store.remove('mine');
    expect(await store.find('mine')).toBeNull();
  });

  it('reads the files of one that has not changed only once', async () => {
    await install(open(), '1.0.0');
    const read: string[] = [];
    const store = open({
      readFile: ((path: string, ...rest: []) => {
        read.push(path);
        return fs.readFile(path, ...rest);
      }) as typeof fs.readFile,
    });
    await store.find('mine');
    const first = read.filter((path) => path.endsWith('.mjs')).length;
    await store.find('mine');
    await store.list();
    expect([first, read.filter((path) => path.includes('mine') && path.endsWith('.mjs')).length]).toEqual([1, 1]);
  });

  it('clears away what a process before it left half-way', async () => {
    await fs.mkdir(join(folder(), '.staged/0123456789abcdef'), { recursive: true });
    await install(open(), '1.0.0');
    await fs.mkdir(join(folder(), 'mine/0123456789abcdef'));
    for (const version of ['2.0.0', '3.0.0']) await install(open(), version);
    expect(await fs.readdir(join(folder(), '.staged'))).toEqual([]);
    expect(await fs.readdir(join(folder(), 'mine'))).toHaveLength(3);
  });

  it('says it where the disk is full, and leaves nothing', async () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const store = open({ open: () => Promise.reject(full) });
    await expect(install(store, '1.0.0')).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(await fs.readdir(join(folder(), '.staged'))).toEqual([]);
  });
});

/** A process that dies at its nth step on the disk: nothing after it happens, no clearing up either. */
const dyingAt = (step: number): { readonly ports: Partial<typeof fs>; readonly died: () => boolean } => {
  let done = 0;
  const killed = new Error('killed');
  const guarded = <T extends (...args: never[]) => Promise<unknown>>(act: T): T =>
    ((...args) => {
      done += 1;
      return done > step ? Promise.reject(killed) : act(...args);
    }) as T;
  return {
    ports: { mkdir: guarded(fs.mkdir), open: guarded(fs.open), rename: guarded(fs.rename), rm: guarded(fs.rm) },
    died: () => done > step,
  };
};

describe('a process that dies', () => {
  it.each<[string, (store: PluginStore) => Promise<void>, readonly string[]]>([
    ['while it installs', (store) => install(store, '2.0.0'), ['1.0.0', '2.0.0']],
    ['while it rolls back', (store) => store.rollback('mine'), ['1.0.0', '0.0.1']],
    ['while it removes', (store) => store.remove('mine'), ['1.0.0', 'none']],
  ])('%s leaves the old one or the new one, at any step', async (_name, act, ends) => {
    const seen = new Set<string>();
    for (let step = 0, done = false; !done; step += 1) {
      await fs.rm(folder(), { recursive: true, force: true });
      await install(open(), '0.0.1');
      await install(open(), '1.0.0');
      const { ports, died } = dyingAt(step);
      await act(open(ports)).catch(() => undefined);
      const found = await open().find('mine');
      const version = found?.manifest.version ?? 'none';
      if (found) expect(await fs.readFile(join(found.folder, 'index.mjs'), 'utf8')).toBe(`export default '${version}'`);
      seen.add(version);
      // What the record names as the version before is there too.
      const before = (await open().list()).find(({ id }) => id === 'mine')?.previousVersion ?? null;
      if (before !== null) {
        await open().rollback('mine');
        expect((await open().find('mine'))?.manifest.version).toBe(before);
        await open().rollback('mine');
      }
      // And whoever tries again gets there.
      await act(open()).catch(() => undefined);
      done = !died();
    }
    expect([...seen]).toEqual(ends);
  });
});
