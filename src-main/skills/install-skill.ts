import type * as Fs from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { AppError } from '../../src-shared/app-error.ts';
import type { RandomBytes } from '../gateway-ports.ts';
import { readZip, type ZipFile } from '../read-zip.ts';
import { textDifference } from '../text-difference.ts';
import { SkillError, type SkillText } from './skill.ts';
import { readJsonSkill, readSkillMd } from './skill-format.ts';
import { loadSkills } from './skill-loader.ts';

/** Puts skills into the home's folder and takes them out. What was there before is kept, so that it can be undone. */
export type SkillInstaller = {
  /** @throws AppError ARCHIVE_REFUSED */
  readonly install: (file: SkillFile) => Promise<{ readonly slug: string; readonly replaced: boolean }>;
  /** What it would put where, and change. @throws AppError ARCHIVE_REFUSED */
  readonly review: (file: SkillFile) => Promise<InstallReview>;
  /** @throws AppError SKILL_UNKNOWN */
  readonly remove: (slug: string) => Promise<void>;
  /** Brings back what the last install or removal of that name took away; what is there now takes its place. @throws AppError SKILL_UNKNOWN */
  readonly restore: (slug: string) => Promise<void>;
};

export type SkillFile = {
  /** A zip of a skill's folder, a skill in JSON, or a SKILL.md. */
  readonly bytes: Buffer;
  /** Of the file, or of the folder that it stands in. */
  readonly name: string;
  /** Only this folder of a zip whose files all stand in one, as GitHub packs a repository; null for all of it. */
  readonly folder: string | null;
};

export type InstallReview = {
  readonly skill: SkillText;
  readonly isFolder: boolean;
  readonly files: readonly string[];
  readonly replaces: boolean;
  /** Of the instructions, and a line for each other file that would come, go or change; null where nothing is replaced. */
  readonly diff: string | null;
};

type Ports = {
  readonly fs: Pick<typeof Fs, 'mkdir' | 'writeFile' | 'rename' | 'rm' | 'readdir' | 'realpath' | 'stat' | 'lstat' | 'readFile'>;
  readonly folder: string;
  readonly randomBytes: RandomBytes;
};

const fileMost = 8 * 1024 * 1024;

export const createSkillInstaller = ({ fs, folder, randomBytes }: Ports): SkillInstaller => {
  const kept = join(folder, '.removed');
  /** The file or folder to move; null where there is none of that name. */
  const placeOf = async (slug: string): Promise<string | null> => {
    const { skills, broken } = await loadSkills(fs, { source: 'home', folder, agentId: null, within: null });
    const found = [...skills, ...broken].find((skill) => skill.slug === slug);
    if (!found) return null;
    return dirname(found.file) === folder ? found.file : dirname(found.file);
  };
  /** Moves it aside, in place of what was kept before. */
  const keep = async (slug: string, path: string): Promise<void> => {
    await fs.mkdir(join(kept, slug), { recursive: true, mode: 0o700 });
    for (const old of await fs.readdir(join(kept, slug))) await fs.rm(join(kept, slug, old), { recursive: true, force: true });
    await fs.rename(path, join(kept, slug, basename(path)));
  };

  return {
    review: async (file) => {
      const { skill, files, lone } = await read(file);
      const before = await placeOf(skill.slug);
      const paths = files.map(({ path }) => path).sort();
      const diff = before === null ? null : await compare(await filesAt(fs, before), files);
      return { skill, isFolder: !lone, files: paths, replaces: before !== null, diff };
    },
    install: async (file) => {
      const { skill, files, lone } = await read(file);
      const temporary = join(folder, `.incoming-${randomBytes(8).toString('hex')}`);
      try {
        for (const { path, content, executable } of files) {
          await fs.mkdir(dirname(join(temporary, path)), { recursive: true, mode: 0o700 });
          await fs.writeFile(join(temporary, path), content, { mode: executable ? 0o700 : 0o600, flag: 'wx' });
        }
        const before = await placeOf(skill.slug);
        if (before !== null) await keep(skill.slug, before);
        if (lone) await fs.rename(join(temporary, files[0]?.path ?? ''), join(folder, `${skill.slug}.json`));
        else await fs.rename(temporary, join(folder, skill.slug));
        return { slug: skill.slug, replaced: before !== null };
      } finally {
        await fs.rm(temporary, { recursive: true, force: true });
      }
    },
    remove: async (slug) => {
      const path = await placeOf(slug);
      if (path === null) throw new AppError('SKILL_UNKNOWN', { message: `No skill "${slug}" is installed in the home folder.` });
      await keep(slug, path);
    },
    restore: async (slug) => {
      const [name] = await fs.readdir(join(kept, slug)).catch(() => []);
      if (name === undefined) throw new AppError('SKILL_UNKNOWN', { message: `Nothing is kept of a skill "${slug}".` });
      const back = join(folder, `.incoming-${randomBytes(8).toString('hex')}`);
      await fs.rename(join(kept, slug, name), back);
      const now = await placeOf(slug);
      if (now !== null) await keep(slug, now);
      await fs.rename(back, join(folder, name));
    },
  };
};

type Incoming = { readonly skill: SkillText; readonly files: readonly ZipFile[]; readonly lone: boolean };

const read = async ({ bytes, name, folder }: SkillFile): Promise<Incoming> => {
  const isZip = bytes.subarray(0, 2).toString('latin1') === 'PK';
  if (isZip) {
    const isWanted = (path: string): boolean =>
      folder === null || path.slice(path.indexOf('/') + 1).startsWith(folder === '' ? '' : `${folder}/`);
    const files = await readZip(bytes, { fileMost, isWanted });
    if (folder !== null && files.length === 0) throw refused(`the repository has no folder "${folder}"`);
    return unpacked(files, name);
  }
  const isMarkdown = /^(\uFEFF)?---\s/.test(bytes.toString('utf8', 0, 16));
  return isMarkdown ? unpacked([{ path: 'SKILL.md', content: bytes, executable: false }], name) : loneJson(bytes, name);
};

/** The files of an installed skill, by their paths in it. */
const filesAt = async (fs: Pick<typeof Fs, 'stat' | 'readdir' | 'readFile'>, place: string): Promise<ReadonlyMap<string, Buffer>> => {
  if ((await fs.stat(place)).isFile()) return new Map([['skill.json', await fs.readFile(place)]]);
  const entries = (await fs.readdir(place, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const found = entries.slice(0, comparedMost).map(async (entry): Promise<[string, Buffer]> => {
    const path = join(entry.parentPath, entry.name);
    return [relative(place, path).split(sep).join('/'), await fs.readFile(path)];
  });
  return new Map(await Promise.all(found));
};

const compare = async (before: ReadonlyMap<string, Buffer>, after: readonly ZipFile[]): Promise<string> => {
  const pieces: string[] = [];
  for (const { path, content } of after) {
    const old = before.get(path);
    if (old?.equals(content)) continue;
    const patch = old && /(^|\/)(SKILL\.md|skill\.json)$/.test(path) ? await textDifference(path, old, content.toString('utf8')) : null;
    pieces.push(patch?.trimEnd() ?? `${old ? 'changed' : 'new'}: ${path}`);
  }
  const names = new Set(after.map(({ path }) => path));
  for (const path of before.keys()) if (!names.has(path)) pieces.push(`gone: ${path}`);
  const text = pieces.join('\n');
  return text.length > diffMost ? `${text.slice(0, diffMost)}\n[…]` : text;
};

const loneJson = async (content: Buffer, name: string): Promise<Incoming> => {
  if (content.length > 1024 * 1024) throw refused('it has more than 1 MiB');
  const skill = await readable(() => readJsonSkill(content.toString('utf8'), basename(name, extname(name))));
  return { skill, files: [{ path: 'skill.json', content, executable: false }], lone: true };
};

const unpacked = async (all: readonly ZipFile[], name: string): Promise<Incoming> => {
  const files = all.filter(({ path }) => !/(^|\/)(__MACOSX|\.git|\.DS_Store)(\/|$)/.test(path));
  const heads = files.filter(({ path }) => /(^|\/)(SKILL\.md|skill\.json)$/.test(path));
  const [head] = heads.sort((a, b) => a.path.split('/').length - b.path.split('/').length);
  const [only] = files;
  if (!head && files.length === 1 && only?.path.endsWith('.json')) return loneJson(only.content, only.path);
  if (!head) throw refused('it has no SKILL.md, no skill.json, and is not one skill in JSON');
  const root = head.path.slice(0, head.path.lastIndexOf('/') + 1);
  const outside = files.find(({ path }) => !path.startsWith(root));
  if (outside) throw refused(`${outside.path} stands outside the skill; zip one skill's folder alone`);
  if (head.content.length > 1024 * 1024) throw refused(`${head.path} has more than 1 MiB`);
  const fallback = basename(root) || basename(name, extname(name));
  const text = head.content.toString('utf8');
  const skill = await readable(() => (head.path.endsWith('SKILL.md') ? readSkillMd(text, fallback) : readJsonSkill(text, fallback)));
  return { skill, lone: false, files: files.map((file) => ({ ...file, path: file.path.slice(root.length) })) };
};

const readable = async (read: () => SkillText | Promise<SkillText>): Promise<SkillText> => {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof SkillError)) throw error;
    throw refused(error.message);
  }
};

const comparedMost = 2_000;
const diffMost = 32_000;

const refused = (why: string): AppError =>
  new AppError('ARCHIVE_REFUSED', { message: `This is no skill: ${why.replace(/\.$/, '')}. Nothing was installed.` });
