import { createHash } from 'node:crypto';
import { AppError } from '../../src-shared/app-error.ts';
import type { SkillReview } from '../../src-shared/contract/routes/skills.ts';
import type { DownloadSkill } from './download-skill.ts';
import type { SkillInstaller } from './install-skill.ts';
import { type Missing, missingInWords } from './requirements.ts';
import type { SkillText } from './skill.ts';

/** Looks at what a link leads to; installs it once somebody has seen that, which its sha256 says. */
export type InstallFromLink = (wanted: { readonly url: string; readonly sha256?: string | undefined }) => Promise<{
  readonly review: SkillReview;
  /** Null where it was only looked at. */
  readonly installed: { readonly slug: string; readonly replaced: boolean } | null;
}>;

type Ports = {
  readonly download: DownloadSkill;
  readonly installer: SkillInstaller;
  readonly missing: (skill: Pick<SkillText, 'requires'>) => Promise<Missing | null>;
};

export const createInstallFromLink =
  ({ download, installer, missing }: Ports): InstallFromLink =>
  async ({ url, sha256: seen }) => {
    const file = await download(url);
    const sha256 = createHash('sha256').update(file.bytes).digest('hex');
    if (seen !== undefined && seen !== sha256)
      throw new AppError('SKILL_CHANGED', {
        message: 'The link leads to something else than what was looked at. Nothing was installed.',
        hint: 'Look at it again.',
      });
    const { skill, isFolder, files, replaces, diff } = await installer.review(file);
    const lacks = await missing(skill);
    const review: SkillReview = {
      ...{ url, sha256, bytes: file.bytes.length, slug: skill.slug, name: skill.name, description: skill.description },
      ...{ format: isFolder ? 'folder' : 'json', files: files.slice(0, filesListed), fileCount: files.length, replaces, diff },
      tools: skill.tools.map(({ name, description, run }) => ({ name, description, run })),
      requires: { bins: [...skill.requires.bins], env: [...skill.requires.env] },
      missing: lacks ? missingInWords(lacks) : null,
    };
    return { review, installed: seen === undefined ? null : await installer.install(file) };
  };

const filesListed = 100;
