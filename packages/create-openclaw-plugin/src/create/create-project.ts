import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pluginIdSchema } from '../../../../src-shared/models/plugin-manifest.ts';
import { packageFolder } from './package-folder.ts';
import { sdkFiles, template } from './template.ts';

export type Kind = 'channel' | 'tools';

/**
 * Writes a project that builds a plugin. Nothing of it is fetched: the two packages of ours that it needs are copied
 * into its `vendor/`, so that no stranger's package of the same name can take their place.
 *
 * @param name the plugin's id, and the folder's name
 * @throws Error where the name is no id, or the folder has something in it
 */
export const createProject = async (
  cwd: string,
  name: string,
  kind: Kind,
): Promise<{ readonly folder: string; readonly files: readonly string[] }> => {
  const id = pluginIdSchema.safeParse(name);
  if (!id.success)
    throw new Error(`"${name}" cannot be a plugin's name: it has 1-64 of a-z, 0-9 and "-", and begins with a letter or digit.`);
  const folder = resolve(cwd, name);
  if ((await readdir(folder).catch(() => [])).length > 0) throw new Error(`${folder} has something in it already. Choose another name.`);
  const files = { ...template(id.data, kind), ...(await vendored()) };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return { folder, files: Object.keys(files) };
};

/** This package as it runs, and the SDK. */
const vendored = async (): Promise<Record<string, string>> => {
  const own = packageFolder();
  const parts = ['package.json', ...(await readdir(join(own, 'dist'))).map((name) => `dist/${name}`)].sort();
  const texts = await Promise.all(parts.map((part) => readFile(join(own, part), 'utf8')));
  return {
    ...Object.fromEntries(parts.map((part, index) => [`vendor/create-openclaw-plugin/${part}`, texts[index] ?? ''])),
    ...Object.fromEntries(Object.entries(sdkFiles()).map(([path, text]) => [`vendor/plugin-sdk/${path}`, text])),
  };
};
