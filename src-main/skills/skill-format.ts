import { type ParseError, parse as parseJsonc } from 'jsonc-parser';
import * as z from 'zod';
import { skillBindingSchema, skillSlugSchema } from '../../src-shared/contract/routes/skills.ts';
import { SkillError, type SkillText } from './skill.ts';

const words = z.string().max(100_000);
const names = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean))])
  .optional()
  .catch(undefined);
const requires = z.looseObject({ bins: names, env: names }).optional().catch(undefined);
const metadata = z
  .looseObject({ openclaw: z.looseObject({ requires }).optional().catch(undefined) })
  .optional()
  .catch(undefined);
/** `true` and `"true"`: YAML in the wild has both. */
const flag = z.union([z.boolean(), z.stringbool()]).optional().catch(undefined);

const shared = { 'user-invocable': flag, 'disable-model-invocation': flag, metadata };

const jsonSkill = z.looseObject({
  slug: skillSlugSchema.optional(),
  name: words.optional(),
  description: words.default(''),
  prompt: z.string().default(''),
  tools: z
    .array(
      z.looseObject({
        name: z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/, 'a tool is 1-128 of A-Z a-z 0-9 _ . and -'),
        description: words.default(''),
        parameters: z.looseObject({}).default({ type: 'object', properties: {} }),
        run: skillBindingSchema.nullish(),
      }),
    )
    .max(64)
    .default([]),
  ...shared,
});

const frontMatter = z.looseObject({
  name: z.unknown().optional(),
  description: z.unknown().optional(),
  ...shared,
});

/**
 * The seed's format: `slug, name, description, prompt, tools[]`. Comments may stand in it.
 *
 * @param fallback the slug where it names none
 * @throws SkillError
 */
export const readJsonSkill = (text: string, fallback: string): SkillText => {
  const parsed = jsonSkill.safeParse(parseJson(text));
  if (!parsed.success) throw new SkillError(issuesOf(parsed.error));
  const { slug = slugOf(fallback), name, description, prompt, tools, ...more } = parsed.data;
  if (slug === null) throw new SkillError('slug: it has none, and its file name cannot be one');
  const twice = tools.find((tool, index) => tools.findIndex((other) => other.name === tool.name) !== index);
  if (twice) throw new SkillError(`tools: "${twice.name}" is there twice`);
  return {
    ...{ slug, name: name ?? slug, description, prompt },
    tools: tools.map(({ run, ...tool }) => ({ ...tool, run: run ?? null })),
    ...flagsOf(more),
  };
};

/**
 * The Agent Skills format: front matter in YAML, then the instructions. Read as the wild has it: names unlike their
 * folder and long descriptions are fine here, and not for `validate`.
 *
 * @param fallback the slug where its name cannot be one
 * @throws SkillError
 */
export const readSkillMd = async (text: string, fallback: string): Promise<SkillText> => {
  const found = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n?---[ \t]*(?:\r?\n|$)/.exec(text);
  if (!found) throw new SkillError('It does not begin with front matter (--- name, description ---).');
  const parsed = frontMatter.safeParse((await parseYaml(found[1] ?? '')) ?? {});
  if (!parsed.success) throw new SkillError(issuesOf(parsed.error));
  const { name, description, ...more } = parsed.data;
  const slug = slugOf(typeof name === 'string' ? name : '') ?? slugOf(fallback);
  if (slug === null) throw new SkillError('name: neither it nor the folder can be called with @');
  if (typeof description !== 'string' || description.trim() === '') throw new SkillError('description: it has none');
  return {
    ...{ slug, name: typeof name === 'string' ? name : slug, description: description.trim() },
    ...{ prompt: text.slice(found[0].length).trim(), tools: [] },
    ...flagsOf(more),
  };
};

const flagsOf = (
  more: Pick<z.output<typeof frontMatter>, keyof typeof shared>,
): Pick<SkillText, 'userInvocable' | 'modelInvocable' | 'requires'> => ({
  userInvocable: more['user-invocable'] ?? true,
  modelInvocable: !(more['disable-model-invocation'] ?? false),
  requires: { bins: more.metadata?.openclaw?.requires?.bins ?? [], env: more.metadata?.openclaw?.requires?.env ?? [] },
});

const slugOf = (name: string): string | null => (skillSlugSchema.safeParse(name).success ? name : null);

const parseJson = (text: string): unknown => {
  const errors: ParseError[] = [];
  const value: unknown = parseJsonc(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) throw new SkillError(`It is not JSON: line ${text.slice(0, first.offset).split('\n').length}`);
  return value;
};

const parseYaml = async (text: string): Promise<unknown> => {
  const { parse } = await import('yaml');
  try {
    // Aliases can make a little text very large.
    return parse(text, { maxAliasCount: 20, logLevel: 'silent' }) as unknown;
  } catch (error) {
    const looser = lenientYaml(text);
    if (looser !== null) return looser;
    throw new SkillError(`Its front matter is not YAML: ${(error as Error).message.split('\n', 1)[0]}`);
  }
};

/** `description: Use it: always` is not YAML, and people write it: flat `key: the rest of the line` lines, or null. */
const lenientYaml = (text: string): Record<string, string> | null => {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const pairs = lines.map((line) => /^([A-Za-z][\w-]*):[ \t]+(\S.*)$/.exec(line));
  return pairs.every((pair) => pair !== null) ? Object.fromEntries(pairs.map((pair) => [pair[1] ?? '', pair[2] ?? ''])) : null;
};

const issuesOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
