import { createHash } from 'node:crypto';
import type * as NodeFs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../../src-shared/app-error.ts';
import { pluginIdSchema } from '../../../src-shared/models/plugin-manifest.ts';
import type { Clock, RandomBytes } from '../../gateway-ports.ts';
import { createLane } from '../../lane.ts';
import { wordsOf } from '../../words-of.ts';
import type { InstalledPlugin } from '../plugin-host.ts';
import type { PluginStore, StoredPlugin } from '../plugin-store.ts';
import { createPluginRecords, type PluginRecord, type StoredVersion, writeWhole } from './plugin-records.ts';
import { type PluginArchive, readPlugin } from './read-plugin.ts';
import { brokenPlugin, bundledStays, nothingKept, takenByOurs, unknownPlugin } from './store-errors.ts';
import { createVerify } from './verify-plugin.ts';

const staging = '.staged';

type Ports = {
  readonly fs: Pick<typeof NodeFs, 'mkdir' | 'open' | 'readFile' | 'rename' | 'rm' | 'readdir' | 'realpath' | 'lstat'>;
  /** `~/openclaw/plugins`. */
  readonly folder: string;
  /** Where ours stand side by side, a folder for each; null for none. */
  readonly bundled: string | null;
  readonly clock: Pick<Clock, 'now'>;
  readonly randomBytes: RandomBytes;
};

/**
 * `<folder>/<id>/installed.json` names the version in force and the one before, each in a folder beside it. It is replaced
 * whole, and last: a process that dies before leaves folders that nobody names, which the next install clears away.
 */
export const createFolderPluginStore = ({ fs, folder, bundled, clock, randomBytes }: Ports): PluginStore => {
  const verify = createVerify(fs);
  const records = createPluginRecords({ fs, folder, randomBytes });
  const listeners = new Set<(id: string) => void>();
  const inTurn = createLane();
  let swept = false;
  const changed = (id: string): void => {
    for (const listener of [...listeners]) listener(id);
  };
  const newName = (): string => randomBytes(8).toString('hex');
  /** Nothing where there is no such folder. */
  const names = (at: string | null): Promise<readonly string[]> => (at === null ? Promise.resolve([]) : fs.readdir(at).catch(() => []));

  const verified = async (id: string, at: string, manifestSha256: string | null): Promise<InstalledPlugin> => {
    const found = await verify(at, manifestSha256).catch((error: unknown) => {
      throw brokenPlugin(id, wordsOf(error));
    });
    if (found.manifest.id !== id) throw brokenPlugin(id, `its manifest calls it "${found.manifest.id}"`);
    return { ...found, bundled: manifestSha256 === null };
  };
  const current = (id: string, { folder: name, manifestSha256 }: StoredVersion) => verified(id, join(folder, id, name), manifestSha256);

  const findBundled = async (id: string): Promise<InstalledPlugin | null> =>
    bundled !== null && (await names(bundled)).includes(id) ? verified(id, join(bundled, id), null) : null;

  const requireRecord = async (id: string): Promise<PluginRecord> => {
    const record = await records.read(id);
    if (record) return record;
    throw (await names(bundled)).includes(id) ? bundledStays(id) : unknownPlugin(id);
  };

  const receive = async (archive: AsyncIterable<Uint8Array>, path: string): Promise<string> => {
    const hash = createHash('sha256');
    const file = await fs.open(path, 'wx', 0o600);
    try {
      for await (const chunk of archive) {
        hash.update(chunk);
        await file.writeFile(chunk);
      }
    } finally {
      await file.close();
    }
    return hash.digest('hex');
  };

  const unpack = async ({ files }: PluginArchive, at: string): Promise<void> => {
    for (const { path, content } of files) {
      await fs.mkdir(dirname(join(at, path)), { recursive: true, mode: 0o700 });
      await writeWhole(fs, join(at, path), content);
    }
  };

  const commit = async (staged: string, { manifest, manifestSha256 }: PluginArchive, sha256: string): Promise<void> => {
    const { id, name, version, kind } = manifest;
    const now: StoredVersion = { folder: newName(), name, version, kind, sha256, manifestSha256, installedAt: clock.now() };
    // One that is damaged is no reason not to install it anew.
    const before = await records.read(id).catch(() => null);
    await fs.mkdir(join(folder, id), { recursive: true, mode: 0o700 });
    await fs.rename(staged, join(folder, id, now.folder));
    const record = { current: now, previous: (before?.current.sha256 === sha256 ? before.previous : before?.current) ?? null };
    await records.write(id, record);
    changed(id);
    await records.clear(id, record).catch(() => undefined);
  };

  const describe = async (id: string): Promise<StoredPlugin | null> => {
    const isOurs = (await names(bundled)).includes(id);
    try {
      const record = await records.read(id);
      if (record) {
        const { name, version, kind, sha256, installedAt } = record.current;
        const base = { id, name, version, kind, bundled: false, sha256, previousVersion: record.previous?.version ?? null, installedAt };
        return await current(id, record.current).then(
          ({ manifest }) => ({ ...base, manifest, error: null }),
          (error: unknown) => ({ ...base, manifest: null, error: wordsOf(error) }),
        );
      }
      const ours = await findBundled(id);
      if (!ours) return null;
      const { name, version, kind } = ours.manifest;
      return { id, name, version, kind, bundled: true, ...unrecorded, manifest: ours.manifest, error: null };
    } catch (error) {
      const unknown = { name: id, version: '0.0.0', kind: 'channel' as const };
      return { id, ...unknown, bundled: isOurs, ...unrecorded, manifest: null, error: wordsOf(error) };
    }
  };

  const find: PluginStore['find'] = async (id) => {
    const record = await records.read(id);
    return record ? current(id, record.current) : findBundled(id);
  };

  return {
    find,
    icon: async (id) => {
      const plugin = await find(id);
      return plugin?.manifest.icon === undefined ? null : fs.readFile(join(plugin.folder, plugin.manifest.icon));
    },
    list: async () => {
      const ids = new Set([...(await names(folder)), ...(await names(bundled))]);
      const found = await Promise.all([...ids].filter((id) => pluginIdSchema.safeParse(id).success).map(describe));
      return found.filter((plugin) => plugin !== null).sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    stage: async (incoming) => {
      // What a process before this one left.
      if (!swept) await fs.rm(join(folder, staging), { recursive: true, force: true });
      swept = true;
      const at = join(folder, staging, newName());
      const files = join(at, 'files');
      const discard = (): Promise<void> => fs.rm(at, { recursive: true, force: true });
      try {
        await fs.mkdir(at, { recursive: true, mode: 0o700 });
        const sha256 = await receive(incoming, join(at, 'archive'));
        const archive = await readPlugin(await fs.readFile(join(at, 'archive')));
        if ((await names(bundled)).includes(archive.manifest.id)) throw takenByOurs(archive.manifest.id);
        await unpack(archive, files);
        await fs.rm(join(at, 'archive'));
        const plugin = { manifest: archive.manifest, folder: await fs.realpath(files), bundled: false };
        return { plugin, sha256, discard, commit: () => inTurn(() => commit(files, archive, sha256)).finally(discard) };
      } catch (thrown) {
        await discard().catch(() => undefined);
        throw (thrown as NodeJS.ErrnoException).code === 'ENOSPC' ? new AppError('STORAGE_FULL', { cause: thrown }) : thrown;
      }
    },
    rollback: (id) =>
      inTurn(async () => {
        const { current: now, previous } = await requireRecord(id);
        if (previous === null) throw nothingKept(id);
        // One that is damaged does not come back.
        await current(id, previous);
        await records.write(id, { current: previous, previous: now });
        changed(id);
      }),
    remove: (id) =>
      inTurn(async () => {
        // Also where the record is damaged.
        if ((await records.read(id).catch(() => 'damaged')) === null) await requireRecord(id);
        // From here on it is not installed, whatever becomes of the rest.
        await records.remove(id);
        changed(id);
        await fs.rm(join(folder, id), { recursive: true, force: true });
      }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

const unrecorded = { sha256: null, previousVersion: null, installedAt: null };
