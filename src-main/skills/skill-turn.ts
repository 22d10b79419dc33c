import type * as Fs from 'node:fs/promises';
import { join, relative } from 'node:path';
import { readMention } from '../../src-shared/mention.ts';
import type { ModelMessage } from '../agents/models/model-client.ts';
import type { SkillTools } from '../agents/tools/skill-tools.ts';
import type { Tool } from '../agents/tools/tool.ts';
import { isInside } from '../is-inside.ts';
import type { LoadedSkill, SkillToolSpec } from './skill.ts';
import type { SkillBindings } from './skill-bindings.ts';
import { toolState } from './skill-tool-state.ts';

/** Skills in a turn: what they add to the prompt, and the tools of those in use. */
export type SkillTurn = {
  /** Instructions of the skills that the user has called; empty without any. */
  readonly prompt: string;
  /** The same array until `onCall` takes up another skill. */
  readonly tools: () => readonly Tool[];
  /** The model calls something: perhaps it takes up a skill with tools. */
  readonly onCall: (name: string, argumentsJson: string) => Promise<void>;
};

/** Called skills that stay in use in a conversation: the newest ones. */
const calledMost = 3;
const bodyMost = 100_000;
const fileMost = 256 * 1024;
const filesListed = 40;
/** Of the list of skills in the prompt: characters of one description, and of all of it. */
const lineMost = 140;
const listMost = 2_400;

type Ports = {
  readonly fs: Pick<typeof Fs, 'realpath' | 'readFile' | 'stat' | 'readdir'>;
  readonly bindings: SkillBindings;
  readonly make: SkillTools;
  /** Whether the agent has a tool of that name from elsewhere. */
  readonly isRegistered: (agentId: string, name: string) => boolean;
};

export const createSkillTurns = ({ fs, bindings, make, isRegistered }: Ports) => {
  /** The tool that opens skills, as long as they are the same. */
  const openers = new WeakMap<readonly LoadedSkill[], readonly Tool[]>();

  /** @param skills what the agent may use now; the same array as long as nothing changes */
  return async (
    turn: { readonly agentId: string; readonly content: string; readonly history: readonly ModelMessage[] },
    skills: readonly LoadedSkill[],
  ): Promise<SkillTurn> => {
    const find = (name: string): LoadedSkill | undefined => skills.find(({ slug }) => slug.toLowerCase() === name.toLowerCase());
    const called = calledIn([...turn.history, { role: 'user', content: turn.content }])
      .map(find)
      .filter((skill) => skill?.userInvocable === true) as LoadedSkill[];
    const state = (skill: LoadedSkill, tool: SkillToolSpec) => toolState(skill, tool, bindings, (name) => isRegistered(turn.agentId, name));

    const instructions = async (skill: LoadedSkill): Promise<string> => {
      const files = skill.folder === null ? [] : await filesOf(fs, skill.folder);
      const notes = skill.tools.flatMap((tool) => {
        const { binding, state: how } = state(skill, tool);
        if (how !== 'bound') return [`The tool ${tool.name} is not set up: nobody has confirmed what it runs.`];
        const other = binding?.kind === 'tool' || binding?.kind === 'mcp' ? binding.tool : tool.name;
        return other === tool.name ? [] : [`For ${tool.name} use the tool ${other}.`];
      });
      return [
        // Longer ones are cut: they would push everything else out.
        (skill.folder === null ? skill.prompt : skill.prompt.replaceAll('{baseDir}', skill.folder)).slice(0, bodyMost),
        ...(files.length === 0
          ? []
          : [`Its folder is ${skill.folder}. Files, read with use_skill name "${skill.slug}": ${files.join(', ')}`]),
        ...notes,
      ].join('\n\n');
    };

    const opener = (): readonly Tool[] => {
      const known = openers.get(skills);
      if (known && called.length === 0) return known;
      const offered = skills.filter(({ modelInvocable }) => modelInvocable);
      if (offered.length === 0 && !called.some(({ folder }) => folder !== null)) return nothing;
      const open = async (name: string): Promise<LoadedSkill> => {
        const skill = find(name);
        if (skill && (skill.modelInvocable || called.includes(skill))) return skill;
        throw new Error(`There is no skill "${name}". Skills: ${offered.map(({ slug }) => slug).join(', ') || 'none'}.`);
      };
      const tools = [
        make.opener({
          listed: listed(offered),
          instructions: async (name) => instructions(await open(name)),
          file: async (name, file) => readFileOf(fs, await open(name), file),
        }),
      ];
      if (called.length === 0) openers.set(skills, tools);
      return tools;
    };

    const toolOf = async (skill: LoadedSkill, tool: SkillToolSpec): Promise<Tool | null> => {
      const { state: how, binding } = state(skill, tool);
      const { name, description } = tool;
      const parameters = await make.readSchema(tool.parameters).catch((error: Error) => error.message);
      const unbound = (why: string): Promise<Tool> =>
        make.readSchema({ type: 'object' }).then((any) => make.unbound({ name, description, parameters: any, why }));
      if (typeof parameters === 'string') return unbound(`The skill's parameters of ${name} are no JSON Schema: ${parameters}`);
      if (how !== 'bound' || binding === null) return unbound(whyUnbound(skill, tool, how === 'changed'));
      if (binding.kind === 'tool' || binding.kind === 'mcp') return null;
      if (binding.kind === 'http') return make.http({ ...binding, name, description, parameters });
      const { kind: _kind, ...rest } = binding;
      if (!('file' in rest)) return make.command({ ...rest, name, description, parameters, inside: null });
      if (skill.folder === null) return unbound(`${name} is bound to a script, and the skill has no folder.`);
      const { file, argv = [], ...more } = rest;
      return make.command({ ...more, argv: [file, ...argv], name, description, parameters, inside: skill.folder });
    };

    const inUse = new Set<LoadedSkill>();
    let tools: readonly Tool[] = opener();
    const take = async (skill: LoadedSkill | undefined): Promise<void> => {
      if (!skill || inUse.has(skill)) return;
      inUse.add(skill);
      const own = (await Promise.all(skill.tools.map((tool) => toolOf(skill, tool)))).filter((tool) => tool !== null);
      if (own.length > 0) tools = [...tools, ...own];
    };
    for (const skill of called) await take(skill);
    for (const name of takenUpIn(turn.history)) await take(find(name));

    const bodies = await Promise.all(
      called.map(
        async (skill) =>
          `\n\n# Skill: ${skill.name}\nThe user has called it with @${skill.slug}. Follow it.\n\n${await instructions(skill)}`,
      ),
    );
    return {
      prompt: bodies.join(''),
      tools: () => tools,
      onCall: async (name, argumentsJson) => {
        if (name === 'use_skill') await take(find(nameIn(argumentsJson)));
      },
    };
  };
};

const nothing: readonly Tool[] = [];

/** Names that the user has called skills by, oldest first, the newest ones only. */
const calledIn = (messages: readonly ModelMessage[]): readonly string[] => {
  const names = messages.flatMap((message) => (message.role === 'user' ? [readMention(message.content)?.name ?? ''] : [])).filter(Boolean);
  return [...new Set(names.reverse())].slice(0, calledMost).reverse();
};

/** Skills that the model itself has opened before, in this conversation. */
const takenUpIn = (messages: readonly ModelMessage[]): readonly string[] => [
  ...new Set(
    messages.flatMap((message) =>
      message.role === 'assistant'
        ? message.toolCalls.filter(({ name }) => name === 'use_skill').map(({ argumentsJson }) => nameIn(argumentsJson))
        : [],
    ),
  ),
];

const nameIn = (argumentsJson: string): string => {
  try {
    const { name } = JSON.parse(argumentsJson) as { name?: unknown };
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
};

const listed = (skills: readonly LoadedSkill[]): string => {
  let left = listMost;
  const lines: string[] = [];
  for (const { slug, description } of skills) {
    const words = description.replace(/\s+/g, ' ').trim();
    const short = words.length > lineMost ? `${words.slice(0, lineMost)}…` : words;
    // What no longer fits is named at least.
    const line = left > short.length ? `${slug}: ${short}` : slug;
    left -= line.length;
    if (left > -listMost) lines.push(line);
  }
  return lines.join('\n');
};

const whyUnbound = ({ slug }: LoadedSkill, { name }: SkillToolSpec, changed: boolean): string =>
  `${name} is not set up: ${
    changed ? 'the skill was changed since a user has confirmed what it runs' : 'no user has confirmed what it runs'
  }. That is done on the Skills page of the console, or with: openclaw skills bind ${slug} ${name} -- <program> [arguments]. Tell the user so.`;

/** Relative to the folder, without the instructions themselves. */
const filesOf = async (fs: Ports['fs'], root: string): Promise<readonly string[]> => {
  const files: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await fs.readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (files.length > filesListed || entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile() && !/^(SKILL\.md|skill\.json|LICENSE.*)$/.test(entry.name)) files.push(relative(root, path));
    }
  };
  await visit(root);
  return files.length > filesListed ? [...files.slice(0, filesListed), '…'] : files;
};

const readFileOf = async (fs: Ports['fs'], { folder, slug }: LoadedSkill, file: string): Promise<string> => {
  const none = new Error(`The skill ${slug} has no file "${file}".`);
  if (folder === null || file.includes('\0')) throw none;
  const real = await fs.realpath(join(folder, file)).catch(() => null);
  if (real === null || !isInside(folder, real)) throw none;
  const info = await fs.stat(real);
  if (!info.isFile()) throw none;
  if (info.size > fileMost) throw new Error(`"${file}" has ${info.size} bytes; ${fileMost} is the most.`);
  const bytes = await fs.readFile(real);
  if (bytes.includes(0)) throw new Error(`"${file}" is not a text file; it is at ${real}.`);
  return bytes.toString('utf8');
};
