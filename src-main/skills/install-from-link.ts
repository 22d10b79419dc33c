import { AppError } from '../../src-shared/app-error.ts';
import type { SkillReview } from '../../src-shared/contract/routes/skills.ts';
import type { DownloadSkill } from './download-skill.ts';
import type { SkillInstaller } from './install-skill.ts';
import type { ReviewSkill } from './review-skill.ts';

/** Looks at what a link leads to; installs it once somebody has seen that, which its sha256 says. */
export type InstallFromLink = (wanted: { readonly url: string; readonly sha256?: string | undefined }) => Promise<{
  readonly review: SkillReview;
  /** Null where it was only looked at. */
  readonly installed: { readonly slug: string; readonly replaced: boolean } | null;
}>;

type Ports = {
  readonly download: DownloadSkill;
  readonly installer: Pick<SkillInstaller, 'install'>;
  readonly review: ReviewSkill;
};

export const createInstallFromLink =
  ({ download, installer, review: reviewSkill }: Ports): InstallFromLink =>
  async ({ url, sha256: seen }) => {
    const file = await download(url);
    const review = await reviewSkill(file, url);
    if (seen !== undefined && seen !== review.sha256)
      throw new AppError('SKILL_CHANGED', {
        message: 'The link leads to something else than what was looked at. Nothing was installed.',
        hint: 'Look at it again.',
      });
    return { review, installed: seen === undefined ? null : await installer.install(file) };
  };
