import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, writeArchive } from '../archive/write-archive.ts';
import { bundle } from './bundle.ts';
import { readProject } from './read-project.ts';

export type Built = { readonly file: string; readonly bytes: number; readonly sha256: string };

/**
 * Bundles `src/index.ts` with all that it imports into `dist/index.mjs`, and packs `dist/<id>.plugin`.
 *
 * @param folder of the project, with its packages installed
 * @throws Error that says what is wrong; `dist/` is then as it was
 */
export const buildPlugin = async (cwd: string, folder: string): Promise<Built> => {
  const { root, manifest } = await readProject(cwd, folder);
  const code = await bundle(root, manifest.kind);
  const named = [manifest.icon, manifest.readme].filter((path) => path !== undefined);
  const files = await Promise.all(
    named.map(async (path) => ({
      path,
      content: await readFile(join(root, path)).catch(() => {
        throw new Error(`openclaw.plugin.json names ${path}, and there is no such file.`);
      }),
    })),
  );
  const archive = writeArchive(manifest, [{ path: manifest.main, content: new TextEncoder().encode(code) }, ...files]);
  const dist = join(root, 'dist');
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist);
  await writeFile(join(dist, manifest.main), code);
  const file = join(dist, `${manifest.id}.plugin`);
  await writeFile(file, archive);
  return { file, bytes: archive.byteLength, sha256: sha256(archive) };
};
