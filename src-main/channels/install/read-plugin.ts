import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type PluginManifest, pluginApi, pluginManifestSchema } from '../../../src-shared/models/plugin-manifest.ts';
import { readZip, refusedArchive } from '../../read-zip.ts';
import { iconMost, iconType } from './icon-type.ts';

export const manifestFile = 'openclaw.plugin.json';
const fileMost = 32 * 1024 * 1024;
const manifestMost = 256 * 1024;

export type PluginFile = { readonly path: string; readonly content: Buffer };
export type PluginArchive = { readonly manifest: PluginManifest; readonly files: readonly PluginFile[]; readonly manifestSha256: string };

/** A `.plugin` archive, of which nothing is unpacked to the disk before all of it is as its manifest says. @throws AppError ARCHIVE_REFUSED */
export const readPlugin = async (archive: Buffer): Promise<PluginArchive> => {
  const files = await readZip(archive, { fileMost });
  const head = files.find(({ path }) => path === manifestFile);
  if (!head) throw refusedArchive('manifest', `It has no ${manifestFile}.`, 'Build it with: npm run build, or openclaw plugins build');
  if (head.content.length > manifestMost) throw refusedArchive('manifest', `Its ${manifestFile} has more than ${manifestMost / 1024} KiB.`);
  const manifest = readManifest(head.content);
  if ('why' in manifest) throw refusedArchive(manifest.reason, manifest.why, manifest.hint);
  const { integrity } = manifest;
  for (const path of [...Object.keys(integrity), manifest.main, manifest.icon, manifest.readme])
    if (path !== undefined && !files.some((file) => file.path === path && path !== manifestFile))
      throw refusedArchive('missing-file', `Its manifest names ${path}, and there is no such file.`);
  for (const { path, content } of files) {
    if (path === manifestFile) continue;
    if (!Object.hasOwn(integrity, path)) throw refusedArchive('unlisted-file', `${path} is not in its manifest.`);
    if (sha256(content) !== integrity[path]) throw refusedArchive('wrong-hash', `${path} is not the file that its manifest names.`);
  }
  const icon = files.find(({ path }) => path === manifest.icon);
  if (icon && iconType(icon.content) === null)
    throw refusedArchive('icon', `${icon.path} is no PNG or SVG of ${iconMost / 1024} KiB at most.`);
  return { manifest, files, manifestSha256: sha256(head.content) };
};

export type ManifestRefusal = { readonly reason: string; readonly why: string; readonly hint?: string };

/** The manifest, or in words why it is none. */
export const readManifest = (content: Buffer): PluginManifest | ManifestRefusal => {
  const json = parsed(content);
  if (json === undefined) return { reason: 'manifest', why: `Its ${manifestFile} is not JSON.` };
  // Before its schema, which that of another version need not fit.
  const api = apiSchema.safeParse(json).data?.engines.pluginApi;
  if (api !== undefined && api !== pluginApi)
    return {
      reason: 'plugin-api',
      why: `It is made for plugin API ${api}, and this version speaks ${pluginApi}.`,
      hint: api > pluginApi ? 'Update OpenClaw first.' : 'Ask its author for a newer version.',
    };
  const read = pluginManifestSchema.safeParse(json);
  if (read.success) return read.data;
  const [key, inner] = read.error.issues[0]?.path ?? [];
  const reason = key === 'id' || key === 'version' ? key : key === 'permissions' && inner === 'env' ? 'environment' : 'manifest';
  return { reason, why: `Its ${manifestFile} is not valid: ${z.prettifyError(read.error).slice(0, 1_000).replaceAll(/\s+/g, ' ')}.` };
};

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

const apiSchema = z.object({ engines: z.object({ pluginApi: z.int() }) });

const parsed = (content: Buffer): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch {
    return undefined;
  }
};
