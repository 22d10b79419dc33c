import { createHash } from 'node:crypto';
import type * as Fs from 'node:fs/promises';
import { basename, dirname, extname, join, relative } from 'node:path';
import { isInside } from '../is-inside.ts';
import { type BrokenSkill, type LoadedSkill, SkillError, type SkillPlace, type SkillText } from './skill.ts';
import { readJsonSkill, readSkillMd } from './skill-format.ts';

const mostBytes = 1024 * 1024;
const mostFiles = 2_000;
const atOnce = 16;
/** A repository with a `skills` folder may be dropped in as a whole. */
const depthMost = 4;

export type LoaderFs = Pick<typeof Fs, 'readdir' | 'realpath' | 'stat' | 'lstat' | 'readFile'>;
export type Found = { readonly skills: readonly LoadedSkill[]; readonly broken: readonly BrokenSkill[] };

/**
 * Reads the skills of one place. What is broken is named with its error and stops nobody.
 * @param onFolder told of each folder that is searched, before it is read
 */
export const loadSkills = async (fs: LoaderFs, place: SkillPlace, onFolder: (folder: string) => void = () => {}): Promise<Found> => {
  const files = await skillFiles(fs, place.folder, onFolder);
  const found: (LoadedSkill | BrokenSkill)[] = [];
  const loadOne = async (file: string): Promise<LoadedSkill | BrokenSkill> => {
    const fallback = isFolderSkill(file) ? basename(dirname(file)) : basename(file, extname(file));
    try {
      return await loadSkill(fs, place, file, fallback);
    } catch (error) {
      return { slug: fallback, place, file, error: inWords(error) };
    }
  };
  // Some at a time: one after the other would mostly wait, and all at once would hold many files open.
  for (let at = 0; at < files.length; at += atOnce) found.push(...(await Promise.all(files.slice(at, at + atOnce).map(loadOne))));
  return {
    skills: found.filter((skill): skill is LoadedSkill => !('error' in skill)),
    broken: found.filter((skill): skill is BrokenSkill => 'error' in skill),
  };
};

/** @throws SkillError */
const loadSkill = async (fs: LoaderFs, place: SkillPlace, file: string, fallback: string): Promise<LoadedSkill> => {
  const folder = isFolderSkill(file) ? await fs.realpath(dirname(file)) : null;
  const real = await fs.realpath(file);
  if (folder !== null && !isInside(folder, real)) throw new SkillError('It is a link that leads out of its folder.');
  if (place.within !== null && !isInside(place.within, real)) throw new SkillError('It is a link that leads out of the workspace.');
  const info = await fs.stat(real);
  if (!info.isFile()) throw new SkillError('It is not a file.');
  if (info.size > mostBytes) throw new SkillError(`It has ${info.size} bytes; 1 MiB is the most.`);
  const bytes = await fs.readFile(real);
  const text = decode(bytes);
  const skill: SkillText = basename(file) === 'SKILL.md' ? await readSkillMd(text, fallback) : readJsonSkill(text, fallback);
  return {
    ...skill,
    ...{ format: folder === null ? 'json' : 'folder', place, file, folder },
    sha256: folder === null ? sha256(bytes) : await hashFolder(fs, folder),
  };
};

const isFolderSkill = (file: string): boolean => basename(file) === 'SKILL.md' || basename(file) === 'skill.json';

/** JSON files of the place itself, and folders with a SKILL.md or skill.json down to some depth; sorted. */
const skillFiles = async (fs: LoaderFs, root: string, onFolder: (folder: string) => void): Promise<readonly string[]> => {
  const files: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    onFolder(folder);
    const entries = (await fs.readdir(folder, { withFileTypes: true }).catch(() => [])).sort((a, b) => (a.name < b.name ? -1 : 1));
    const own = entries.find(({ name }) => name === 'SKILL.md') ?? entries.find(({ name }) => name === 'skill.json');
    if (own && depth > 0) {
      files.push(join(folder, own.name));
      return;
    }
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules' || files.length >= mostFiles) continue;
      const path = join(folder, entry.name);
      if (depth === 0 && extname(entry.name) === '.json' && !entry.isDirectory()) files.push(path);
      // A link is followed at the top only, so that none leads round in a circle.
      else if (entry.isDirectory() ? depth < depthMost : depth === 0 && entry.isSymbolicLink()) await visit(path, depth + 1);
    }
  };
  await visit(root, 0);
  return files;
};

/** Changes with any file of the folder. @throws SkillError where a link leads out of it */
const hashFolder = async (fs: LoaderFs, root: string): Promise<string> => {
  const hash = createHash('sha256');
  let files = 0;
  const visit = async (folder: string): Promise<void> => {
    for (const { name } of (await fs.readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, name);
      const shown = relative(root, path);
      if (name === '.git' || name === 'node_modules') continue;
      if (++files > mostFiles) throw new SkillError(`It has more than ${mostFiles} files.`);
      const real = await fs.realpath(path).catch((error: NodeJS.ErrnoException) => {
        throw new SkillError(`${shown} is a link that leads ${error.code === 'ELOOP' ? 'round in a circle' : 'nowhere'}.`);
      });
      if (!isInside(root, real)) throw new SkillError(`${shown} is a link that leads out of the skill's folder.`);
      const info = await fs.lstat(path);
      hash.update(`${JSON.stringify(shown)} ${info.isSymbolicLink() ? `-> ${relative(root, real)}` : info.mode & 0o111}\n`);
      if (info.isDirectory()) await visit(path);
      // A large file counts by its size and time: it is no instruction and no script.
      else if (info.isFile()) hash.update(info.size > mostBytes ? `${info.size} ${info.mtimeMs}` : await fs.readFile(path));
    }
  };
  await visit(root);
  return hash.digest('hex');
};

const decode = (bytes: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SkillError('It is not UTF-8 text.');
  }
};

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const inWords = (error: unknown): string => {
  if (error instanceof SkillError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ELOOP' ? 'It is a link that leads round in a circle.' : `It cannot be read (${code ?? 'unknown'}).`;
};
