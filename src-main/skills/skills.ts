import { AppError } from '../../src-shared/app-error.ts';
import type { Skill, SkillBinding } from '../../src-shared/contract/routes/skills.ts';
import { readMention } from '../../src-shared/mention.ts';
import { nearNames } from '../../src-shared/near-names.ts';
import type { ModelMessage } from '../agents/models/model-client.ts';
import type { InstallFromLink } from './install-from-link.ts';
import type { SkillInstaller } from './install-skill.ts';
import { type Missing, missingInWords } from './requirements.ts';
import type { ReviewSkill } from './review-skill.ts';
import type { BrokenSkill, LoadedSkill } from './skill.ts';
import type { SkillBindings } from './skill-bindings.ts';
import type { SkillRegistry } from './skill-registry.ts';
import { toolState } from './skill-tool-state.ts';
import type { SkillTurn } from './skill-turn.ts';

export type Skills = {
  /**
   * Which agent a message is for: the one that it names with `@`, else `agentId`.
   *
   * @param strict whether a name that nothing has is an error; else it is just text
   * @throws AppError SKILL_UNKNOWN, SKILL_UNUSABLE
   */
  readonly address: (content: string, agentId: string, strict: boolean) => Promise<string>;
  readonly begin: (turn: {
    readonly agentId: string;
    readonly content: string;
    readonly history: readonly ModelMessage[];
  }) => Promise<SkillTurn>;
  /** All there are, the broken ones too. */
  readonly list: () => Promise<readonly Skill[]>;
  /** @throws AppError SKILL_UNKNOWN, SKILL_CHANGED, BAD_REQUEST */
  readonly bind: (
    slug: string,
    wanted: { readonly tool: string; readonly sha256: string; readonly binding: SkillBinding | null },
    by: string,
  ) => Promise<Skill>;
  /** @throws AppError SKILL_UNKNOWN */
  readonly get: (slug: string) => Promise<Skill>;
  readonly installer: SkillInstaller;
  readonly review: ReviewSkill;
  readonly installFromLink: InstallFromLink;
  readonly reload: () => Promise<void>;
  /** Reads them soon, so that nobody has to wait for it; called once the gateway listens. */
  readonly warm: () => void;
  readonly close: () => void;
};

type Ports = {
  readonly installer: SkillInstaller;
  readonly review: ReviewSkill;
  readonly installFromLink: InstallFromLink;
  readonly registry: SkillRegistry;
  readonly bindings: SkillBindings;
  readonly missing: (skill: LoadedSkill) => Promise<Missing | null>;
  readonly beginTurn: (turn: Parameters<Skills['begin']>[0], skills: readonly LoadedSkill[]) => Promise<SkillTurn>;
  readonly agentIds: () => readonly string[];
  /** Slugs that it may use; null for all. */
  readonly allowedFor: (agentId: string) => readonly string[] | null;
  readonly isRegistered: (agentId: string, tool: string) => boolean;
  /** A path as people are shown it. */
  readonly shown: (path: string) => string;
};

export const createSkills = (ports: Ports): Omit<Skills, 'warm'> => {
  const { registry, bindings, missing } = ports;
  /** What an agent can use, until something changes. */
  const usable = new Map<
    string,
    { readonly version: number; readonly allowed: readonly string[] | null; readonly skills: readonly LoadedSkill[] }
  >();

  const mayUse = (agentId: string, slug: string): boolean => ports.allowedFor(agentId)?.includes(slug) ?? true;

  const usableBy = async (agentId: string): Promise<readonly LoadedSkill[]> => {
    await registry.look(agentId);
    const version = registry.version();
    const allowed = ports.allowedFor(agentId);
    const known = usable.get(agentId);
    if (known?.version === version && known.allowed === allowed) return known.skills;
    const all = registry.forAgent(agentId).skills.filter(({ slug }) => mayUse(agentId, slug));
    const lacks = await Promise.all(all.map(missing));
    const skills = all.filter((_skill, index) => lacks[index] === null);
    usable.set(agentId, { version, allowed, skills });
    return skills;
  };

  /** Throws where it is there and cannot be called; false where it is not there. */
  const requireCallable = async (name: string, agentId: string): Promise<boolean> => {
    await registry.look(agentId);
    const { skills, broken } = registry.forAgent(agentId);
    const skill = skills.find(named(name));
    if (!skill) {
      const bad = broken.find(named(name));
      if (bad) throw unusable(`The skill "${name}" is broken: ${bad.error}`, `Its file is ${ports.shown(bad.file)}.`);
      return false;
    }
    if (!skill.userInvocable) throw unusable(`The skill "${skill.slug}" is for the model alone and cannot be called with @.`);
    if (!mayUse(agentId, skill.slug))
      throw unusable(`The agent ${agentId} may not use the skill "${skill.slug}" (agents.${agentId}.skills).`);
    const lacks = await missing(skill);
    if (lacks) throw unusable(`The skill "${skill.slug}" ${missingInWords(lacks)}.`);
    // Installed since it was last looked for.
    if (!(await usableBy(agentId)).includes(skill)) usable.delete(agentId);
    return true;
  };

  const address: Skills['address'] = async (content, agentId, strict) => {
    const mention = readMention(content);
    if (mention === null) return agentId;
    const isAgent = ports.agentIds().includes(mention.name.toLowerCase());
    try {
      if (await requireCallable(mention.name, agentId)) return agentId;
    } catch (error) {
      if (strict) throw error;
      return agentId;
    }
    if (isAgent) return mention.name.toLowerCase();
    if (!strict) return agentId;
    // Perhaps the session's own agent has it, which is known only where the turn begins.
    for (const id of ports.agentIds()) if (id !== agentId && (await usableBy(id)).some(named(mention.name))) return agentId;
    const names = [
      ...new Set([...(await usableBy(agentId)).filter(({ userInvocable }) => userInvocable).map(({ slug }) => slug), ...ports.agentIds()]),
    ];
    const near = nearNames(mention.name, names);
    throw new AppError('SKILL_UNKNOWN', {
      message: `There is no skill or agent "${mention.name}".${near.length > 0 ? ` Did you mean @${near.join(' or @')}?` : ''}`,
      details: { near },
      hint: `${near.length > 0 ? '' : `There are: ${names.slice(0, 10).join(', ')}. `}A space before the @ makes it plain text.`,
    });
  };

  const viewTools = (skill: LoadedSkill): Skill['tools'] => {
    const agentId = skill.place.agentId ?? ports.agentIds()[0] ?? '';
    return skill.tools.map((tool) => toolState(skill, tool, bindings, (name) => ports.isRegistered(agentId, name)));
  };
  const view = async (skill: LoadedSkill): Promise<Skill> => {
    const lacks = await missing(skill);
    return {
      ...{ slug: skill.slug, name: skill.name, description: skill.description, format: skill.format },
      ...placeOf(skill),
      ...{ state: lacks ? 'missing' : 'ready', error: lacks ? missingInWords(lacks) : null },
      requires: { bins: [...skill.requires.bins], env: [...skill.requires.env] },
      ...{ userInvocable: skill.userInvocable, modelInvocable: skill.modelInvocable, sha256: skill.sha256, tools: viewTools(skill) },
    };
  };
  const viewBroken = (skill: BrokenSkill): Skill => ({
    ...{ slug: skill.slug, name: skill.slug, description: '', format: skill.file.endsWith('SKILL.md') ? 'folder' : 'json' },
    ...placeOf(skill),
    ...{
      state: 'broken',
      error: skill.error,
      requires: { bins: [], env: [] },
      userInvocable: false,
      modelInvocable: false,
      sha256: '',
      tools: [],
    },
  });
  const placeOf = ({ place, file }: LoadedSkill | BrokenSkill): Pick<Skill, 'source' | 'agentId' | 'file' | 'removable'> => ({
    ...{ source: place.source, agentId: place.agentId, file: ports.shown(file), removable: place.source === 'home' },
  });

  const everything = async (): Promise<readonly (LoadedSkill | BrokenSkill)[]> => {
    for (const id of ports.agentIds()) await registry.look(id);
    const found = ports.agentIds().flatMap((id) => Object.values(registry.forAgent(id)).flat());
    return [...new Map(found.map((skill) => [skill.file, skill])).values()].sort((a, b) => (a.slug < b.slug ? -1 : 1));
  };

  return {
    address,
    begin: async (turn) => ports.beginTurn(turn, await usableBy(turn.agentId)),
    list: async () => Promise.all((await everything()).map((skill) => ('error' in skill ? viewBroken(skill) : view(skill)))),
    bind: async (slug, { tool, sha256, binding }, by) => {
      const all = (await everything()).filter((skill): skill is LoadedSkill => !('error' in skill) && skill.slug === slug);
      if (all.length === 0) throw new AppError('SKILL_UNKNOWN', { message: `There is no skill "${slug}".` });
      const skill = all.find((one) => one.sha256 === sha256);
      if (!skill) throw new AppError('SKILL_CHANGED', { hint: 'Look at it again, then confirm what its tools run.' });
      if (!skill.tools.some(({ name }) => name === tool))
        throw new AppError('BAD_REQUEST', {
          message: `The skill "${slug}" has no tool "${tool}".`,
          hint: `Tools: ${skill.tools.map(({ name }) => name).join(', ') || 'none'}.`,
        });
      if (binding?.kind === 'script' && skill.folder === null)
        throw new AppError('BAD_REQUEST', { message: 'A script needs a skill with a folder of its own.' });
      if (binding?.kind === 'command' && /^\{.*\}$/.test(binding.argv[0] ?? ''))
        throw new AppError('BAD_REQUEST', { message: 'The program itself cannot be an argument: the model would choose what runs.' });
      await bindings.set({ slug, sha256, tool }, binding, by);
      return view(skill);
    },
    get: async (slug) => {
      const found = (await everything()).filter((skill) => skill.slug === slug);
      const skill = found.find(({ place }) => place.source === 'home') ?? found[0];
      if (!skill) throw new AppError('SKILL_UNKNOWN', { message: `There is no skill "${slug}".` });
      return 'error' in skill ? viewBroken(skill) : view(skill);
    },
    installer: ports.installer,
    review: ports.review,
    installFromLink: ports.installFromLink,
    reload: registry.reload,
    close: registry.close,
  };
};

const named =
  (name: string) =>
  ({ slug }: { readonly slug: string }): boolean =>
    slug.toLowerCase() === name.toLowerCase();

const unusable = (message: string, hint?: string): AppError =>
  new AppError('SKILL_UNUSABLE', { message, ...(hint === undefined ? {} : { hint }) });
