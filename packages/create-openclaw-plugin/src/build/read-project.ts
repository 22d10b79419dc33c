import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { pluginApi, pluginManifestSchema } from '../../../../src-shared/models/plugin-manifest.ts';
import { manifestFile } from '../archive/write-archive.ts';

/** The manifest as an author writes it: hashes, and what is run, come from the build; the version may stand in package.json. */
const authoredSchema = pluginManifestSchema.omit({ integrity: true, main: true }).partial({ version: true });

/**
 * @param folder with `openclaw.plugin.json` in it
 * @throws Error that says what is wrong, line by line
 */
export const readProject = async (cwd: string, folder: string) => {
  const root = resolve(cwd, folder);
  const authored = authoredSchema.safeParse(await readJson(root, manifestFile));
  if (!authored.success) throw new Error(`${manifestFile} is not valid:\n${z.prettifyError(authored.error)}`);
  const version = authored.data.version ?? ((await readJson(root, 'package.json')) as { version?: unknown } | null)?.version;
  const parsed = pluginManifestSchema.omit({ integrity: true }).safeParse({ ...authored.data, version });
  if (!parsed.success) throw new Error(`The version in package.json is not valid:\n${z.prettifyError(parsed.error)}`);
  const wanted = parsed.data.engines.pluginApi;
  if (wanted > pluginApi) throw new Error(`engines.pluginApi is ${wanted}; this version builds for ${pluginApi}.`);
  return { root, manifest: parsed.data };
};

const readJson = async (root: string, name: string): Promise<unknown> => {
  const text = await readFile(join(root, name), 'utf8').catch(() => {
    throw new Error(`There is no ${name} in ${root}. Is this the folder of a plugin?`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${name} is no JSON: ${(error as Error).message}`);
  }
};
