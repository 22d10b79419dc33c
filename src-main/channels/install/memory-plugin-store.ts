import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../../../src-shared/app-error.ts';
import type { Clock } from '../../gateway-ports.ts';
import type { InstalledPlugin } from '../plugin-host.ts';
import type { PluginStore, StoredPlugin } from '../plugin-store.ts';
import { readPlugin } from './read-plugin.ts';
import { bundledStays, nothingKept, takenByOurs, unknownPlugin } from './store-errors.ts';

type Version = {
  readonly plugin: InstalledPlugin;
  readonly sha256: string | null;
  readonly installedAt: number;
  readonly icon?: Buffer | null;
};

/** The twin of `folder-plugin-store`, for tests. */
export const createMemoryPluginStore = ({
  clock,
  bundled = [],
}: {
  readonly clock: Pick<Clock, 'now'>;
  readonly bundled?: readonly InstalledPlugin[];
}): PluginStore & {
  /** Installs one without an archive. */
  readonly add: (plugin: InstalledPlugin) => void;
  /** As if somebody had changed its files. */
  readonly spoil: (id: string) => void;
} => {
  const installed = new Map<string, { readonly current: Version; readonly previous: Version | null }>();
  const spoilt = new Set<string>();
  const listeners = new Set<(id: string) => void>();
  const changed = (id: string): void => {
    spoilt.delete(id);
    for (const listener of [...listeners]) listener(id);
  };
  const put = (version: Version): void => {
    const { id } = version.plugin.manifest;
    const before = installed.get(id);
    const same = before?.current.sha256 === version.sha256;
    installed.set(id, { current: version, previous: (same ? before?.previous : before?.current) ?? null });
    changed(id);
  };
  const ours = (id: string): InstalledPlugin | null => bundled.find(({ manifest }) => manifest.id === id) ?? null;
  const require = (id: string) => {
    const found = installed.get(id);
    if (found) return found;
    throw ours(id) ? bundledStays(id) : unknownPlugin(id);
  };
  const broken = (id: string): AppError => new AppError('PLUGIN_BROKEN', { message: `The files of the plugin "${id}" were changed.` });

  return {
    find: async (id) => {
      if (spoilt.has(id)) throw broken(id);
      return installed.get(id)?.current.plugin ?? ours(id);
    },
    icon: async (id) => {
      if (spoilt.has(id)) throw broken(id);
      return installed.get(id)?.current.icon ?? null;
    },
    list: async () =>
      [
        ...[...installed.values()].map(({ current, previous }) => ({
          ...current,
          previousVersion: previous?.plugin.manifest.version ?? null,
        })),
        ...bundled
          .filter(({ manifest }) => !installed.has(manifest.id))
          .map((plugin) => ({ plugin, sha256: null, previousVersion: null, installedAt: null })),
      ]
        .map(({ plugin: { manifest, bundled: isBundled }, ...rest }): StoredPlugin => {
          const error = spoilt.has(manifest.id) ? broken(manifest.id).message : null;
          const { id, name, version, kind } = manifest;
          return { id, name, version, kind, bundled: isBundled, manifest: error === null ? manifest : null, error, ...pick(rest) };
        })
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    stage: async (archive) => {
      const bytes = await buffer(archive);
      const { manifest, files } = await readPlugin(bytes);
      const icon = files.find(({ path }) => path === manifest.icon)?.content ?? null;
      if (ours(manifest.id)) throw takenByOurs(manifest.id);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const plugin = { manifest, folder: `/plugins/${manifest.id}`, bundled: false };
      return {
        plugin,
        sha256,
        commit: async () => put({ plugin, sha256, installedAt: clock.now(), icon }),
        discard: async () => undefined,
      };
    },
    rollback: async (id) => {
      const { current, previous } = require(id);
      if (previous === null) throw nothingKept(id);
      installed.set(id, { current: previous, previous: current });
      changed(id);
    },
    remove: async (id) => {
      require(id);
      installed.delete(id);
      changed(id);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add: (plugin) => put({ plugin, sha256: null, installedAt: clock.now() }),
    spoil: (id) => void spoilt.add(id),
  };
};

const pick = ({ sha256, previousVersion, installedAt }: Pick<StoredPlugin, 'sha256' | 'previousVersion' | 'installedAt'>) => ({
  ...{ sha256, previousVersion, installedAt },
});
