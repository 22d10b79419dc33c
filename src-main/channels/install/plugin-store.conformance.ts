import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AppError } from '../../../src-shared/app-error.ts';
import { archiveOf, chunksOf } from '../../testing/plugin-archive.ts';
import type { PluginStore } from '../plugin-store.ts';

export type PluginStoreHarness = {
  /** With one plugin that is bundled, `ours`. */
  readonly store: PluginStore;
  /** Changes a file of an installed one behind the store's back. */
  readonly spoil: (id: string) => Promise<void>;
};

/** What every store of plugins does. */
export const describePluginStore = (name: string, open: () => Promise<PluginStoreHarness>): void => {
  describe(`${name} is a store of plugins`, () => {
    let store: PluginStore;
    let spoil: PluginStoreHarness['spoil'];
    beforeEach(async () => {
      ({ store, spoil } = await open());
    });

    const install = async (archive: Buffer): Promise<void> => (await store.stage(chunksOf(archive))).commit();
    const codeOf = (running: Promise<unknown>): Promise<string> =>
      running.then(
        () => 'done',
        (error: AppError) => error.code,
      );
    const versions = async (): Promise<string[]> =>
      (await store.list()).map(({ id, version, previousVersion }) => `${id} ${version} < ${previousVersion}`);

    it('knows what is bundled, and nobody else', async () => {
      expect(await store.find('ours')).toMatchObject({ bundled: true, manifest: { id: 'ours', version: '1.0.0' } });
      expect(await store.list()).toMatchObject([{ id: 'ours', bundled: true, sha256: null, previousVersion: null, error: null }]);
      for (const id of ['mine', '../ours', '', '.staged', 'Ours', '__proto__']) expect(await store.find(id)).toBeNull();
    });

    it('installs nothing before it is committed, and keeps the hash of the archive', async () => {
      const archive = archiveOf({ id: 'mine', version: '1.0.0' });
      const staged = await store.stage(chunksOf(archive.subarray(0, 100), archive.subarray(100)));
      expect(staged.plugin).toMatchObject({ bundled: false, manifest: { id: 'mine' } });
      expect(staged.sha256).toBe(createHash('sha256').update(archive).digest('hex'));
      expect(await store.find('mine')).toBeNull();
      await staged.commit();
      expect(await store.find('mine')).toMatchObject({ bundled: false, manifest: { id: 'mine', version: '1.0.0' } });
      expect((await store.list())[0]).toMatchObject({ id: 'mine', kind: 'channel', sha256: staged.sha256, error: null });
      expect((await store.list())[0]?.installedAt).toBeGreaterThan(0);
    });

    it('has the icon of the version in force', async () => {
      const pictures = ['<svg xmlns="http://www.w3.org/2000/svg"/>', '<svg/>'].map((text) => ({
        path: 'icon.svg',
        content: Buffer.from(text),
      }));
      for (const [n, picture] of pictures.entries())
        await install(archiveOf({ id: 'mine', version: `${n + 1}.0.0`, icon: 'icon.svg' }, undefined, [picture]));
      expect((await store.icon('mine'))?.toString()).toBe('<svg/>');
      await store.rollback('mine');
      expect((await store.icon('mine'))?.toString()).toBe('<svg xmlns="http://www.w3.org/2000/svg"/>');
      await install(archiveOf({ id: 'plain' }));
      expect([await store.icon('plain'), await store.icon('ours'), await store.icon('none')]).toEqual([null, null, null]);
      await spoil('mine');
      expect(await codeOf(store.icon('mine'))).toBe('PLUGIN_BROKEN');
    });

    it('leaves nothing of what is discarded', async () => {
      await (await store.stage(chunksOf(archiveOf({ id: 'mine' })))).discard();
      expect(await versions()).toEqual(['ours 1.0.0 < null']);
    });

    it('keeps the version before, brings it back, and then back again', async () => {
      for (const version of ['1.0.0', '2.0.0', '3.0.0']) await install(archiveOf({ id: 'mine', version }));
      expect(await versions()).toEqual(['mine 3.0.0 < 2.0.0', 'ours 1.0.0 < null']);
      await store.rollback('mine');
      expect((await store.find('mine'))?.manifest.version).toBe('2.0.0');
      expect(await versions()).toContain('mine 2.0.0 < 3.0.0');
      await store.rollback('mine');
      expect((await store.find('mine'))?.manifest.version).toBe('3.0.0');
    });

    it('does not take the same archive for a version of its own', async () => {
      await install(archiveOf({ id: 'mine', version: '1.0.0' }));
      await install(archiveOf({ id: 'mine', version: '2.0.0' }));
      await install(archiveOf({ id: 'mine', version: '2.0.0' }));
      expect(await versions()).toContain('mine 2.0.0 < 1.0.0');
    });

    it('says what cannot be done', async () => {
      await install(archiveOf({ id: 'mine' }));
      expect(await codeOf(store.rollback('mine'))).toBe('UNDO_OVER');
      expect(await codeOf(store.rollback('nobody'))).toBe('PLUGIN_UNKNOWN');
      expect(await codeOf(store.remove('nobody'))).toBe('PLUGIN_UNKNOWN');
      expect(await codeOf(store.remove('../mine'))).toBe('PLUGIN_UNKNOWN');
      expect(await codeOf(store.remove('ours'))).toBe('BAD_REQUEST');
      expect(await codeOf(store.rollback('ours'))).toBe('BAD_REQUEST');
    });

    it('puts nobody into the place of what is bundled', async () => {
      await expect(store.stage(chunksOf(archiveOf({ id: 'ours', version: '9.0.0' })))).rejects.toMatchObject({
        code: 'ARCHIVE_REFUSED',
        details: { reason: 'bundled' },
      });
      expect((await store.find('ours'))?.manifest.version).toBe('1.0.0');
    });

    it('removes one with all its versions', async () => {
      await install(archiveOf({ id: 'mine', version: '1.0.0' }));
      await install(archiveOf({ id: 'mine', version: '2.0.0' }));
      await store.remove('mine');
      expect(await store.find('mine')).toBeNull();
      expect(await versions()).toEqual(['ours 1.0.0 < null']);
      await install(archiveOf({ id: 'mine', version: '1.0.0' }));
      expect(await versions()).toContain('mine 1.0.0 < null');
    });

    it('does not hand out what was changed, says so in the list, and takes it anew', async () => {
      await install(archiveOf({ id: 'mine' }));
      expect(await store.find('mine')).not.toBeNull();
      await spoil('mine');
      await expect(store.find('mine')).rejects.toMatchObject({ code: 'PLUGIN_BROKEN', message: expect.stringMatching(/"mine".*changed/) });
      expect((await store.list())[0]).toMatchObject({
        id: 'mine',
        version: '1.0.0',
        manifest: null,
        error: expect.stringMatching(/changed/),
      });
      await install(archiveOf({ id: 'mine' }));
      expect(await store.find('mine')).not.toBeNull();
    });

    it('tells of each change after it is there, until it is told no more', async () => {
      const told: unknown[] = [];
      const forget = store.onChange((id) => told.push(store.find(id).then((plugin) => `${id} ${plugin?.manifest.version ?? 'gone'}`)));
      const staged = await store.stage(chunksOf(archiveOf({ id: 'mine', version: '1.0.0' })));
      expect(told).toEqual([]);
      await staged.commit();
      await install(archiveOf({ id: 'mine', version: '2.0.0' }));
      expect(await Promise.all(told)).toEqual(['mine 1.0.0', 'mine 2.0.0']);
      await store.rollback('mine');
      await store.remove('mine');
      forget();
      await install(archiveOf({ id: 'mine', version: '3.0.0' }));
      expect((await Promise.all(told)).slice(2)).toEqual(['mine 1.0.0', 'mine gone']);
    });

    it('passes on what the stream throws, and a refusal', async () => {
      const broken = (async function* () {
        yield archiveOf({ id: 'mine' }).subarray(0, 10);
        throw new Error('broke off');
      })();
      await expect(store.stage(broken)).rejects.toThrow('broke off');
      await expect(store.stage(chunksOf(Buffer.from('no zip')))).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
    });
  });
};
