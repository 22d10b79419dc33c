import type * as NodeFs from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { PluginManifest } from '../../../src-shared/models/plugin-manifest.ts';
import { manifestFile, readManifest, sha256 } from './read-plugin.ts';

type Fs = Pick<typeof NodeFs, 'readFile' | 'readdir' | 'lstat' | 'realpath'>;
type Verified = { readonly manifest: PluginManifest; readonly folder: string };

/**
 * Whether a folder has what was installed, no less and no more. Looked at each time; read again only where a file's size or
 * times have changed.
 *
 * @returns what rejects with words for the middle of a sentence
 */
export const createVerify = (fs: Fs): ((folder: string, manifestSha256: string | null) => Promise<Verified>) => {
  const known = new Map<string, { readonly seen: string; readonly verified: Verified }>();
  return async (folder, manifestSha256) => {
    const files = await filesOf(fs, folder);
    const seen = JSON.stringify([manifestSha256, ...files]);
    const before = known.get(folder);
    if (before?.seen === seen) return before.verified;
    const head = await fs.readFile(join(folder, manifestFile));
    if (manifestSha256 !== null && sha256(head) !== manifestSha256) throw new Error(`${manifestFile} was changed`);
    const manifest = readManifest(head);
    if ('why' in manifest) throw new Error(`${manifest.why} ${manifest.hint ?? ''}`.trim());
    for (const [path, hash] of Object.entries(manifest.integrity)) {
      if (!files.delete(path)) throw new Error(`${path} is missing`);
      if (sha256(await fs.readFile(join(folder, path))) !== hash) throw new Error(`${path} was changed`);
    }
    files.delete(manifestFile);
    const [more] = files.keys();
    if (more !== undefined) throw new Error(`${more} is none of its files`);
    const verified = { manifest, folder: await fs.realpath(folder) };
    known.set(folder, { seen, verified });
    return verified;
  };
};

/** Each file's path in the folder, and what would be another if it were written to. */
const filesOf = async (fs: Fs, folder: string): Promise<Map<string, string>> => {
  const files = new Map<string, string>();
  for (const entry of await fs.readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const at = join(entry.parentPath, entry.name);
    const path = relative(folder, at).split(sep).join('/');
    if (!entry.isFile()) throw new Error(`${path} is a link`);
    const { ino, size, mtimeMs, ctimeMs } = await fs.lstat(at);
    files.set(path, `${ino} ${size} ${mtimeMs} ${ctimeMs}`);
  }
  return files;
};
