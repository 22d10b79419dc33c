import type { SkillBinding } from '../../src-shared/contract/routes/skills.ts';

/** A tool that a skill brings along. `run` is what the skill itself says it runs; most say nothing. */
export type SkillToolSpec = {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly run: SkillBinding | null;
};

/** What a skill's own text says, read leniently. */
export type SkillText = {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly prompt: string;
  readonly tools: readonly SkillToolSpec[];
  readonly userInvocable: boolean;
  readonly modelInvocable: boolean;
  readonly requires: { readonly bins: readonly string[]; readonly env: readonly string[] };
};

export type SkillPlace = {
  readonly source: 'bundled' | 'home' | 'paths' | 'workspace';
  /** Absolute; need not be there. */
  readonly folder: string;
  /** Whose workspace; null for everyone. */
  readonly agentId: string | null;
  /** What links must not lead out of; null: the folder of each skill only. */
  readonly within: string | null;
};

/** A skill as it was found. */
export type LoadedSkill = SkillText & {
  readonly format: 'json' | 'folder';
  readonly place: SkillPlace;
  /** The JSON or SKILL.md itself, absolute. */
  readonly file: string;
  /** `{baseDir}`: the skill's own folder, links resolved; null for a lone JSON file. */
  readonly folder: string | null;
  /** Of its text, and of all files in its folder. */
  readonly sha256: string;
};

/** Something that looks like a skill and cannot be read. */
export type BrokenSkill = { readonly slug: string; readonly place: SkillPlace; readonly file: string; readonly error: string };

/** Why a skill cannot be read, in words for its author. */
export class SkillError extends Error {
  override readonly name = 'SkillError';
}
