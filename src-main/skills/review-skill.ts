import { createHash } from 'node:crypto';
import type { SkillReview } from '../../src-shared/contract/routes/skills.ts';
import type { SkillFile, SkillInstaller } from './install-skill.ts';
import { type Missing, missingInWords } from './requirements.ts';
import type { SkillText } from './skill.ts';

const filesListed = 100;

/** What would be installed, for somebody to look at first. @param url where it came from; null: a file of theirs @throws AppError ARCHIVE_REFUSED */
export type ReviewSkill = (file: SkillFile, url: string | null) => Promise<SkillReview>;

type Ports = {
  readonly installer: Pick<SkillInstaller, 'review'>;
  readonly missing: (skill: Pick<SkillText, 'requires'>) => Promise<Missing | null>;
};

export const createReviewSkill =
  ({ installer, missing }: Ports): ReviewSkill =>
  async (file, url) => {
    const { skill, isFolder, files, replaces, diff } = await installer.review(file);
    const lacks = await missing(skill);
    const sha256 = createHash('sha256').update(file.bytes).digest('hex');
    return {
      ...{ url, sha256, bytes: file.bytes.length, slug: skill.slug, name: skill.name, description: skill.description },
      ...{ format: isFolder ? 'folder' : 'json', files: files.slice(0, filesListed), fileCount: files.length, replaces, diff },
      tools: skill.tools.map(({ name, description, run }) => ({ name, description, run })),
      requires: { bins: [...skill.requires.bins], env: [...skill.requires.env] },
      missing: lacks ? missingInWords(lacks) : null,
    };
  };
