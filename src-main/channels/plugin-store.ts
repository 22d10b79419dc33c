import type { PluginManifest } from '../../src-shared/models/plugin-manifest.ts';
import type { InstalledPlugin } from './plugin-host.ts';

/** A plugin on this computer, also where it cannot be used. */
export type StoredPlugin = {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly kind: PluginManifest['kind'];
  /** Shipped with the gateway. */
  readonly bundled: boolean;
  /** Of the archive; null where it is bundled. */
  readonly sha256: string | null;
  /** What a rollback brings back. */
  readonly previousVersion: string | null;
  readonly installedAt: number | null;
  /** Null where it is broken. */
  readonly manifest: PluginManifest | null;
  /** What is wrong with it and what to do; null: nothing. */
  readonly error: string | null;
};

/** An archive that was read, checked and unpacked, and is not installed yet. */
export type StagedPlugin = {
  readonly plugin: InstalledPlugin;
  /** Of the archive, as it came. */
  readonly sha256: string;
  /** At every moment the old one is installed or this one, whole. What was before is kept for a rollback. */
  readonly commit: () => Promise<void>;
  readonly discard: () => Promise<void>;
};

/** The plugins of this computer. Twins: `folder-plugin-store`, `memory-plugin-store`. */
export type PluginStore = {
  /** Verified: its files are those that were installed. @throws AppError PLUGIN_BROKEN */
  readonly find: (id: string) => Promise<InstalledPlugin | null>;
  /** The file that its manifest calls its icon; null for none. @throws AppError PLUGIN_BROKEN */
  readonly icon: (id: string) => Promise<Buffer | null>;
  /** All of them, by id; the broken ones too. */
  readonly list: () => Promise<readonly StoredPlugin[]>;
  /** @param archive as it comes in @throws AppError ARCHIVE_REFUSED, STORAGE_FULL, and what the stream throws; then nothing is left */
  readonly stage: (archive: AsyncIterable<Uint8Array>) => Promise<StagedPlugin>;
  /** Changes places with what was there before the last install. @throws AppError PLUGIN_UNKNOWN, UNDO_OVER where nothing is kept */
  readonly rollback: (id: string) => Promise<void>;
  /** With what is kept of it. Its data stay. @throws AppError PLUGIN_UNKNOWN, or BAD_REQUEST where it is bundled */
  readonly remove: (id: string) => Promise<void>;
  /** Told after each install, rollback and removal. Returns its undo. */
  readonly onChange: (listener: (pluginId: string) => void) => () => void;
};
