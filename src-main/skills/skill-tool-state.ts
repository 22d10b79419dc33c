import type { SkillBinding, SkillTool } from '../../src-shared/contract/routes/skills.ts';
import { keychainReference } from '../../src-shared/looks-like-secret.ts';
import type { LoadedSkill, SkillToolSpec } from './skill.ts';
import type { SkillBindings } from './skill-bindings.ts';
import { suggestArgv } from './suggest-argv.ts';

/**
 * What a tool of a skill runs: what a user has confirmed for this exact text of the skill, what the skill itself says, or
 * a tool of that name – and else nothing. Its description decides nothing.
 */
export const toolState = (
  skill: LoadedSkill,
  tool: SkillToolSpec,
  bindings: SkillBindings,
  /** Whether there is a registered tool of that name: built in, a plugin's or an MCP server's. */
  isRegistered: (name: string) => boolean,
): SkillTool => {
  const { name, description } = tool;
  const confirmed = bindings.confirmed(skill.sha256, name);
  if (confirmed) return { name, description, state: 'bound', by: 'user', binding: confirmed, suggestion: null };
  if (tool.run !== null && countsUnconfirmed(skill, tool.run))
    return { name, description, state: 'bound', by: 'skill', binding: tool.run, suggestion: null };
  if (isRegistered(name)) return { name, description, state: 'bound', by: 'tool', binding: { kind: 'tool', tool: name }, suggestion: null };
  const before = bindings.before(skill.slug, name);
  const suggestion = argvOf(tool.run) ?? argvOf(before) ?? suggestArgv(description);
  return {
    ...{ name, description, state: before ? 'changed' : 'unbound', by: null, binding: before ?? tool.run },
    suggestion: suggestion === null ? null : [...suggestion],
  };
};

/**
 * An agent can write into its workspace: what stands there is confirmed by a user before it counts. So is a call that
 * would send an entry of the keychain, or go to a private network: no skill takes these by itself.
 */
const countsUnconfirmed = ({ place }: LoadedSkill, run: SkillBinding): boolean =>
  place.source !== 'workspace' &&
  (run.kind !== 'http' || !(run.private || Object.values(run.headers ?? {}).some((value) => value.search(keychainReference) >= 0)));

const argvOf = (binding: SkillBinding | null): readonly string[] | null => (binding?.kind === 'command' ? binding.argv : null);
