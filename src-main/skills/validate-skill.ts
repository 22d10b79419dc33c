import type * as Fs from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { loadSkills } from './skill-loader.ts';

/** What is wrong with the skills at a path, for their authors: more than what stops them from being used. */
export type Validation = { readonly file: string; readonly slug: string; readonly problems: readonly string[] };

type ValidateFs = Pick<typeof Fs, 'readdir' | 'realpath' | 'stat' | 'lstat' | 'readFile'>;

/** @param path a JSON file, a skill's folder, or a folder of skills */
export const validateSkills = async (fs: ValidateFs, path: string): Promise<readonly Validation[]> => {
  const info = await fs.stat(path);
  const isOne = info.isFile() || (await fs.readdir(path)).some((name) => name === 'SKILL.md' || name === 'skill.json');
  const folder = isOne ? dirname(path) : path;
  const { skills, broken } = await loadSkills(fs, { source: 'home', folder, agentId: null, within: null });
  const isMeant = ({ file }: { readonly file: string }): boolean => !isOne || file === path || dirname(file) === path;
  return [
    ...broken.filter(isMeant).map(({ file, slug, error }) => ({ file, slug, problems: [error] })),
    ...skills.filter(isMeant).map(({ file, slug, name, description, prompt, format, tools }) => ({
      file,
      slug,
      problems: [
        ...(format === 'folder' && slug !== basename(dirname(file))
          ? [`it is called "${slug}", and its folder "${basename(dirname(file))}"`]
          : []),
        ...(format === 'folder' && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? ['name: only a-z, 0-9 and single hyphens'] : []),
        ...(description === '' ? ['description: it has none, so that no model will take it up'] : []),
        ...(description.length > 1024 ? [`description: ${description.length} characters; 1024 is the most`] : []),
        ...(prompt.trim() === '' ? ['it has no instructions'] : []),
        ...tools.filter((tool) => tool.description === '').map((tool) => `tools: ${tool.name} has no description`),
        ...tools
          .filter((tool) => !/^[A-Za-z0-9_-]{1,64}$/.test(tool.name) && tool.run !== null)
          .map((tool) => `tools: ${tool.name}: only A-Z a-z 0-9 _ and -, at most 64`),
      ],
    })),
  ];
};
