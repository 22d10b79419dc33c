import type { SkillBinding } from '../../../src-shared/contract/routes/skills.ts';

/** What a tool runs, as it would be run. */
export const runs = (binding: SkillBinding): string => {
  if (binding.kind === 'command') return binding.argv.join(' ');
  if (binding.kind === 'http') return `${binding.method} ${binding.url}`;
  return binding.kind === 'script' ? [binding.file, ...(binding.argv ?? [])].join(' ') : binding.tool;
};
