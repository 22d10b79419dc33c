import * as fs from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../../src-shared/app-error.ts';
import type { Skill, SkillBinding } from '../../src-shared/contract/rest.ts';
import { type SkillReview, skillBindingSchema } from '../../src-shared/contract/routes/skills.ts';
import { escapeControls } from '../logs/redact.ts';
import { validateSkills } from '../skills/validate-skill.ts';
import { type AdminClient, connectAdmin, unreachable } from './admin-client.ts';
import { columns, oneLine } from './columns.ts';
import type { CliPorts } from './run-cli.ts';
import { hasTerminal, saysYes } from './says-yes.ts';
import type { BindOptions } from './skills-program.ts';
import { withPin } from './with-pin.ts';

type Options = { readonly json?: boolean };

export const list = async ({ json }: Options, ports: CliPorts): Promise<void> => {
  const { skills } = (await (await connect(ports)).call('listSkills', {})).body;
  if (json) {
    ports.stdout.write(`${JSON.stringify(skills)}\n`);
    return;
  }
  ports.stdout.write(columns(skills.map((skill) => [skill.slug, skill.state, skill.source, inWords(skill)])));
  if (skills.length === 0) ports.stderr.write('There are no skills. Put one into the skills folder of the home folder.\n');
};

export const install = async (
  path: string,
  { json, sha256, yes }: Options & { sha256?: string; yes?: boolean },
  ports: CliPorts,
): Promise<void> => {
  const admin = await connect(ports);
  if (/^https?:\/\//i.test(path)) return installFromLink(admin, path, { json, sha256 }, ports);
  const body = await packed(resolve(path));
  const file = { query: { name: basename(path) }, body };
  // A script has seen what it installs; at a terminal somebody looks first.
  if (!yes && !json && hasTerminal(ports)) {
    ports.stderr.write(`${reviewed((await admin.call('reviewSkill', file)).body.review)}\n`);
    if (!(await saysYes(ports))) {
      ports.stderr.write('Nothing was installed.\n');
      return;
    }
  }
  const answer = (await admin.call('installSkill', file)).body;
  if (json) ports.stdout.write(`${JSON.stringify(answer)}\n`);
  ports.stderr.write(installed(answer));
};

const installed = ({ skill, replaced }: { readonly skill: Skill; readonly replaced: boolean }): string =>
  `${replaced ? 'Replaced' : 'Installed'} @${skill.slug}, sha256 ${skill.sha256}.${replaced ? ` Undo: openclaw skills restore ${skill.slug}` : ''}\n${unbound(skill)}`;

const installFromLink = async (
  admin: AdminClient,
  url: string,
  { json, sha256 }: { readonly json: boolean | undefined; readonly sha256: string | undefined },
  ports: CliPorts,
): Promise<void> => {
  const answer = (await admin.call('installSkillFromLink', { body: { url, ...(sha256 === undefined ? {} : { sha256 }) } })).body;
  if (json) ports.stdout.write(`${JSON.stringify(answer)}\n`);
  const { review, skill, replaced } = answer;
  if (skill !== null) ports.stderr.write(installed({ skill, replaced }));
  else if (!json)
    ports.stdout.write(
      `${reviewed(review)}\nNothing is installed yet. To install exactly this:\n  openclaw skills install ${JSON.stringify(url)} --sha256 ${review.sha256}\n`,
    );
};

/** For a terminal: what others wrote must not steer it. */
const reviewed = ({ slug, name, description, sha256, bytes, fileCount, tools, requires, missing, replaces, diff }: SkillReview): string =>
  [
    `@${slug}${replaces ? ', in place of the one that is installed' : ''}: ${oneLine(`${name} – ${description}`)}`,
    `  sha256   ${sha256} (${bytes} bytes, ${fileCount} file${fileCount === 1 ? '' : 's'})`,
    ...tools.map(
      (tool) => `  tool     ${tool.name}: ${tool.run === null ? `not set up; ${oneLine(tool.description)}` : oneLine(runs(tool.run))}`,
    ),
    `  needs    ${oneLine([...requires.bins, ...requires.env].join(', ')) || 'nothing'}${missing === null ? '' : ` (${oneLine(missing)})`}`,
    ...(diff === null ? [] : ['', ...(diff === '' ? ['Nothing would change.'] : diff.split('\n').map(escapeControls))]),
  ].join('\n');

export const bind = async (slug: string, tool: string, argv: readonly string[], options: BindOptions, ports: CliPorts): Promise<void> => {
  const admin = await connect(ports);
  const found = (await admin.call('listSkills', {})).body.skills.filter((skill) => skill.slug === slug);
  const skill = found.find(({ state }) => state !== 'broken');
  if (!skill) throw new AppError('SKILL_UNKNOWN', { message: `There is no skill "${slug}".` });
  const binding = options.forget ? null : bindingOf(skill, tool, argv, options);
  const bound = await withPin(options, ports, async (pin) => {
    const body = { tool, sha256: skill.sha256, binding };
    return (await admin.call('bindSkill', { params: { slug }, body }, pin)).body.skill;
  });
  ports.stderr.write(binding === null ? `${tool} is not set up any more.\n` : `${tool} runs: ${runs(binding)}\n${unbound(bound)}`);
};

const bindingOf = (skill: Skill, tool: string, [program, ...rest]: readonly string[], options: BindOptions): SkillBinding => {
  if (options.tool !== undefined) return { kind: 'tool', tool: options.tool };
  if (options.mcp !== undefined) return { kind: 'mcp', tool: options.mcp };
  if (options.url !== undefined) return httpBinding(options.url, options);
  const more = {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.stdinJson ? { stdin: 'json' as const } : {}),
  };
  if (program !== undefined)
    return options.script ? { kind: 'script', file: program, argv: rest, ...more } : { kind: 'command', argv: [program, ...rest], ...more };
  const suggestion = skill.tools.find(({ name }) => name === tool)?.suggestion;
  throw new AppError('BAD_REQUEST', {
    message: 'It does not say what to run.',
    hint: suggestion
      ? `Its description suggests: openclaw skills bind ${skill.slug} ${tool} -- ${suggestion.map(oneLine).join(' ')}`
      : `Say it: openclaw skills bind ${skill.slug} ${tool} -- <program> [arguments]`,
  });
};

const httpBinding = (url: string, { method = 'POST', header, query, private: isPrivate, timeoutMs }: BindOptions): SkillBinding => {
  const pairs = (header ?? []).map((line): [string, string] => {
    const colon = line.indexOf(':');
    if (colon < 1) throw new AppError('BAD_REQUEST', { message: `"${line}" is no header.`, hint: "Write it as 'Name: value'." });
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  const parsed = skillBindingSchema.safeParse({
    ...{ kind: 'http', method: method.toUpperCase(), url },
    ...(pairs.length === 0 ? {} : { headers: Object.fromEntries(pairs) }),
    ...(query ? { args: 'query' } : {}),
    ...(isPrivate ? { private: true } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  if (parsed.success) return parsed.data;
  throw new AppError('BAD_REQUEST', {
    message: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  });
};

/** @returns the exit code */
export const validate = async (path: string, { json }: Options, ports: CliPorts): Promise<number> => {
  const found = await validateSkills(fs, resolve(path)).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError('BAD_REQUEST', { message: `"${path}" cannot be read (${cause.code ?? 'unknown'}).`, cause });
  });
  if (json) ports.stdout.write(`${JSON.stringify(found)}\n`);
  else
    for (const { slug, problems } of found)
      ports.stdout.write(`${slug}: ${problems.length === 0 ? 'ok' : problems.map((problem) => `\n  ${oneLine(problem)}`).join('')}\n`);
  if (found.length === 0) ports.stderr.write('No skill was found there.\n');
  return found.length > 0 && found.every(({ problems }) => problems.length === 0) ? 0 : 1;
};

export const remove = async (slug: string, ports: CliPorts): Promise<void> => {
  await (await connect(ports)).call('removeSkill', { params: { slug } });
  ports.stderr.write(`@${slug} is removed. Undo: openclaw skills restore ${slug}\n`);
};

export const restore = async (slug: string, ports: CliPorts): Promise<void> => {
  const { skill } = (await (await connect(ports)).call('restoreSkill', { params: { slug } })).body;
  ports.stderr.write(skill ? `@${skill.slug} is back.\n` : `What was there before is back.\n`);
};

const connect = async (ports: CliPorts): Promise<AdminClient> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  return admin;
};

const inWords = ({ error, description, tools }: Skill): string => {
  const open = tools.filter(({ state }) => state !== 'bound').map(({ name }) => name);
  return oneLine(
    [...(error === null ? [] : [`${error} `]), ...(open.length === 0 ? [] : [`[not set up: ${open.join(', ')}] `]), description].join(''),
  );
};

const unbound = ({ slug, tools }: Skill): string =>
  tools
    .filter(({ state }) => state !== 'bound')
    .map(
      ({ name, suggestion }) =>
        `${name} is not set up: openclaw skills bind ${slug} ${name} -- ${(suggestion ?? ['<program>', '[arguments]']).map(oneLine).join(' ')}\n`,
    )
    .join('');

const runs = (binding: SkillBinding): string =>
  binding.kind === 'command'
    ? binding.argv.map((item) => JSON.stringify(item)).join(' ')
    : binding.kind === 'script'
      ? [binding.file, ...(binding.argv ?? [])].map((item) => JSON.stringify(item)).join(' ')
      : binding.kind === 'http'
        ? `${binding.method} ${binding.url}`
        : `the tool ${binding.tool}`;

/** A file as it is; a folder as a zip, without its links. */
const packed = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
  try {
    if ((await fs.stat(path)).isFile()) return Uint8Array.from(await fs.readFile(path));
    const { zipSync } = await import('fflate');
    const files = (await fs.readdir(path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const content: Record<string, [Uint8Array, { os: number; attrs: number }]> = {};
    for (const file of files) {
      const at = join(file.parentPath, file.name);
      const name = join(basename(path), relative(path, at)).split(sep).join('/');
      const { mode } = await fs.stat(at);
      content[name] = [await fs.readFile(at), { os: 3, attrs: (mode & 0xffff) * 0x10000 }];
    }
    return Uint8Array.from(zipSync(content));
  } catch (cause) {
    throw new AppError('BAD_REQUEST', {
      message: `"${path}" cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      cause,
    });
  }
};
