import { AppError } from '../../../src-shared/app-error.ts';
import type { PluginReview } from '../../../src-shared/contract/rest.ts';
import { permissionWords } from '../../../src-shared/models/permission-words.ts';
import type { Clock, RandomBytes } from '../../gateway-ports.ts';
import { createLane } from '../../lane.ts';
import { refusedArchive } from '../../read-zip.ts';
import { wordsOf } from '../../words-of.ts';
import type { InstalledPlugin, PluginHost, TriedPlugin } from '../plugin-host.ts';
import type { PluginStore, StagedPlugin, StoredPlugin } from '../plugin-store.ts';
import { isolationWords } from './isolation-words.ts';

/** From an archive to an installed plugin, with somebody's word in between. */
export type PluginInstaller = {
  /** Checks it and tries it out. @throws AppError ARCHIVE_REFUSED, STORAGE_FULL, and what the stream throws */
  readonly review: (archive: AsyncIterable<Uint8Array>) => Promise<PluginReview>;
  /** @returns the plugin's id @throws AppError INSTALL_UNKNOWN, INSTALL_CHANGED */
  readonly confirm: (installId: string, sha256: string) => Promise<string>;
  /** Discards what waits. */
  readonly close: () => Promise<void>;
};

type Ports = {
  readonly store: PluginStore;
  readonly host: Pick<PluginHost, 'tryOut'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
};

type Waiting = { readonly staged: StagedPlugin; readonly before: string | null; readonly forget: () => Promise<void> };

const waitMs = 15 * 60_000;
/** Each is up to 64 MiB on the disk. */
const waitingMost = 4;

export const createPluginInstaller = ({ store, host, clock, randomBytes }: Ports): PluginInstaller => {
  const waiting = new Map<string, Waiting>();
  // One at a time: each holds its archive in memory while it is read.
  const inTurn = createLane();
  const installed = async (id: string): Promise<StoredPlugin | null> => (await store.list()).find((plugin) => plugin.id === id) ?? null;

  const tryOut = async (plugin: InstalledPlugin): Promise<TriedPlugin> => {
    try {
      return await host.tryOut(plugin);
    } catch (error) {
      throw refusedArchive('does-not-start', `It does not start: ${wordsOf(error).replace(/\.$/, '')}.`);
    }
  };

  const hold = (staged: StagedPlugin, before: string | null): { readonly id: string; readonly expiresAt: number } => {
    const [oldest] = waiting.values();
    if (waiting.size >= waitingMost) void oldest?.forget();
    const id = `ins_${randomBytes(16).toString('base64url')}`;
    const forget = async (): Promise<void> => {
      cancel();
      waiting.delete(id);
      // What cannot be removed now, the next process clears away.
      await staged.discard().catch(() => undefined);
    };
    const cancel = clock.after(waitMs, () => void forget());
    waiting.set(id, { staged, before, forget });
    return { id, expiresAt: clock.now() + waitMs };
  };

  return {
    review: (archive) =>
      inTurn(async () => {
        const staged = await store.stage(archive);
        try {
          const {
            id,
            name,
            version,
            kind,
            description = null,
            homepage = null,
            permissions,
            nameZh = null,
            descriptionZh = null,
          } = staged.plugin.manifest;
          const { capabilities, tools, isolation } = await tryOut(staged.plugin);
          const before = await installed(id);
          const asks = permissionWords(permissions);
          const asked = before?.manifest ? permissionWords(before.manifest.permissions) : [];
          return {
            ...hold(staged, before?.sha256 ?? null),
            sha256: staged.sha256,
            plugin: { ...{ id, name, version, kind, description, homepage, permissions }, ...{ nameZh, descriptionZh } },
            asks: [...asks],
            capabilities: { ...capabilities },
            tools: tools.map((tool) => ({ name: `${id}.${tool.name}`, description: tool.description, readOnly: tool.readOnly })),
            replaces: before && {
              ...{ version: before.version, sha256: before.sha256 },
              added: asks.filter((line) => !asked.includes(line)),
              removed: asked.filter((line) => !asks.includes(line)),
            },
            isolation: { ...isolation, words: isolationWords(isolation, permissions.listen || permissions.net.length > 0) },
          };
        } catch (thrown) {
          await staged.discard();
          throw thrown;
        }
      }),
    confirm: (installId, sha256) =>
      inTurn(async () => {
        const found = waiting.get(installId);
        if (!found) throw new AppError('INSTALL_UNKNOWN', { hint: 'Send the archive again.' });
        const { staged, before, forget } = found;
        const { id } = staged.plugin.manifest;
        if (staged.sha256 !== sha256) throw new AppError('INSTALL_CHANGED', { hint: 'Confirm the sha256 that the review says.' });
        // What it would replace is part of what was reviewed.
        if (((await installed(id))?.sha256 ?? null) !== before) {
          await forget();
          throw new AppError('INSTALL_CHANGED', {
            message: `Another version of "${id}" was installed meanwhile; nothing was changed.`,
            hint: 'Send the archive again.',
          });
        }
        await staged.commit();
        await forget();
        return id;
      }),
    close: async () => {
      await Promise.all([...waiting.values()].map(({ forget }) => forget()));
    },
  };
};
