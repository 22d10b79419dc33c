import { createHash } from 'node:crypto';
import { strToU8, type Zippable, zipSync } from 'fflate';
import type * as z from 'zod';
import { pluginManifestSchema } from '../../../../src-shared/models/plugin-manifest.ts';

export type ArchiveFile = { readonly path: string; readonly content: Uint8Array };
export type UnsealedManifest = Omit<z.input<typeof pluginManifestSchema>, 'integrity'>;

export const manifestFile = 'openclaw.plugin.json';
export const fileMost = 32 * 1024 * 1024;
export const totalMost = 64 * 1024 * 1024;

/**
 * Packs a plugin. The same manifest and files give the same bytes, whenever, wherever and in whatever order: without
 * times, owners or extra fields, deflated by the same code, the manifest first.
 *
 * @param files all but the manifest
 * @throws Error that says what is wrong with them
 */
export const writeArchive = (manifest: UnsealedManifest, files: readonly ArchiveFile[]): Uint8Array<ArrayBuffer> => {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const sealed = pluginManifestSchema.parse({
    ...manifest,
    integrity: Object.fromEntries(sorted.map(({ path, content }) => [path, sha256(content)])),
  });
  const json = strToU8(`${JSON.stringify(sealed, null, 2)}\n`);
  const all = [{ path: manifestFile, content: json }, ...sorted];
  checkFiles(all);
  for (const path of [sealed.main, sealed.icon, sealed.readme])
    if (path !== undefined && !(path in sealed.integrity)) throw new Error(`The manifest names ${path}, and there is no such file.`);
  return zipSync(Object.fromEntries(all.map(({ path, content }) => [path, content])) satisfies Zippable, {
    level: 9,
    // The first day that a zip can name, told by the local clock, as it is written.
    mtime: new Date(1980, 0, 1),
  });
};

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

const checkFiles = (files: readonly ArchiveFile[]): void => {
  const seen = new Set<string>();
  let total = 0;
  for (const { path, content } of files) {
    // By these names alone a zip keeps the order that it is given, and no reader is led out of its folder.
    if (!/^(?!.*\.\.)[A-Za-z_][\w.-]*(\/[A-Za-z_][\w.-]*)*$/.test(path))
      throw new Error(
        `${JSON.stringify(path)} is no name for a file of a plugin: letters, digits, "_", "-" and ".", folders parted by "/".`,
      );
    if (seen.has(path.toLowerCase())) throw new Error(`${path} is there twice.`);
    seen.add(path.toLowerCase());
    if (content.byteLength > fileMost) throw new Error(`${path} has ${content.byteLength} bytes; ${fileMost} is the most.`);
    total += content.byteLength;
  }
  if (total > totalMost) throw new Error(`The files have ${total} bytes together; ${totalMost} is the most.`);
};
