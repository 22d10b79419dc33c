import { AppError } from '../../src-shared/app-error.ts';
import type { GuardedHttp } from '../net/guarded-http.ts';
import { wordsOf } from '../words-of.ts';
import type { SkillFile } from './install-skill.ts';

const bytesMost = 32 * 1024 * 1024;
const timeoutMs = 60_000;

/** Fetches what a link to a skill leads to: JSON, a SKILL.md, a zip, or a folder on GitHub. @throws AppError ARCHIVE_REFUSED */
export type DownloadSkill = (link: string) => Promise<SkillFile>;

export const createDownloadSkill =
  (web: GuardedHttp): DownloadSkill =>
  async (link) => {
    const wanted = readLink(link);
    const answer = await web({
      ...{ method: 'GET', url: wanted.url, signal: new AbortController().signal, timeoutMs, bytesMost },
      headers: { 'user-agent': 'OpenClaw', accept: '*/*', 'accept-encoding': 'identity' },
      mayFollow: ({ protocol }) => protocol === 'https:',
    }).catch((error: unknown) => {
      throw refused(`${wanted.url.href} could not be fetched: ${wordsOf(error)}.`);
    });
    if (answer.leadsTo !== null) throw refused(`It leads to ${answer.leadsTo}, which is not https.`);
    if (answer.status !== 200) throw refused(`${answer.url} answered with status ${answer.status}.`);
    if (answer.cut) throw refused(`It has more than ${bytesMost} bytes.`);
    if (/^text\/html/i.test(answer.headers['content-type'] ?? ''))
      throw refused(
        'It is a web page.',
        "Link the file itself (.json, SKILL.md, .zip), or a skill's folder on GitHub: https://github.com/owner/repository/tree/main/skills/name.",
      );
    return { bytes: answer.bytes, name: wanted.name, folder: wanted.folder };
  };

type Wanted = { readonly url: URL } & Pick<SkillFile, 'name' | 'folder'>;

const readLink = (link: string): Wanted => {
  const url = URL.canParse(link) ? new URL(link) : null;
  if (url?.protocol !== 'https:') throw refused('Only https links are fetched.');
  url.hash = '';
  const parts = url.pathname.split('/').filter(Boolean);
  const [owner, repository, kind, ref, ...path] = parts;
  if (/^(www\.)?github\.com$/.test(url.hostname) && owner !== undefined && repository !== undefined) {
    if (kind === 'blob' && ref !== undefined)
      return { ...fileOf(path), url: new URL(`https://raw.githubusercontent.com/${[owner, repository, ref, ...path].join('/')}`) };
    if (kind === undefined || (kind === 'tree' && ref !== undefined))
      return {
        url: new URL(`https://codeload.github.com/${owner}/${repository.replace(/\.git$/, '')}/zip/${ref ?? 'HEAD'}`),
        ...{ name: decoded(path.at(-1) ?? repository), folder: path.map(decoded).join('/') },
      };
  }
  return { ...fileOf(parts), url };
};

/** A SKILL.md is called as its folder is. */
const fileOf = (parts: readonly string[]): Pick<SkillFile, 'name' | 'folder'> => {
  const file = decoded(parts.at(-1) ?? 'skill');
  return { name: /^skill\.(md|json)$/i.test(file) ? decoded(parts.at(-2) ?? 'skill') : file, folder: null };
};

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

const refused = (why: string, hint?: string): AppError =>
  new AppError('ARCHIVE_REFUSED', {
    message: `The link is refused: ${why} Nothing was installed.`,
    ...(hint === undefined ? {} : { hint }),
  });
