import * as z from 'zod';
import type { Route } from '../route.ts';

/** A skill's name in an address and behind `@`: never part of a path unless it was found in the registry. */
export const skillSlugSchema = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/, 'a skill is 1-64 of A-Z a-z 0-9 . _ and -, the first and last no sign');

const programFields = {
  cwd: z.string().min(1).max(4096).optional().describe('folder, relative to the workspace'),
  timeoutMs: z.int().min(1_000).max(600_000).optional().describe('default 120000'),
  env: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/))
    .max(32)
    .optional()
    .describe("names of variables of the gateway's environment that it gets"),
  stdin: z.literal('json').optional().describe('the arguments as JSON on its stdin'),
};
const item = z
  .string()
  .max(4096)
  .refine((text) => !text.includes('\0'), 'no null character');

/** Arguments stand for whole segments of the path only: nothing they hold can change where it goes. */
const problemOf = (text: string): string | null => {
  if (!/^https?:\/\/[^/?#{}]+([/?#]|$)/.test(text) || !URL.canParse(text)) return 'not an https address';
  const { username, password, hash, pathname, search } = new URL(text);
  if (username !== '' || password !== '' || hash !== '') return 'no user name, password or # in it';
  const fixed = pathname.split('/').filter((segment) => !/^%7B[A-Za-z0-9_.-]+%7D$/i.test(segment));
  return /[{}]/.test(search) || /%7[bd]/i.test(fixed.join('/'))
    ? '{name} stands for a whole segment of the path only, as in /items/{id}'
    : null;
};
const httpUrl = z
  .string()
  .max(4096)
  .superRefine((text, context) => {
    const message = problemOf(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

const ownHeaders = /^(host|content-length|transfer-encoding|connection|upgrade|expect|te|trailer|keep-alive|proxy-.*)$/i;
const httpHeaders = z
  .record(
    z.string(),
    z
      .string()
      .max(8192)
      .regex(/^[\t\x20-\x7e]*$/, 'printable ASCII only'),
  )
  .superRefine((headers, context) => {
    for (const name of Object.keys(headers))
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name) || ownHeaders.test(name))
        context.addIssue({ code: 'custom', path: [name], message: 'not a header to be set' });
  });

/** What a tool of a skill runs. No shell reads it: an item `{name}` is replaced as a whole by that argument. */
export const skillBindingSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('command'),
      argv: z.array(item).min(1).max(64).describe('the program, and its arguments one by one; {name} alone is an argument of the tool'),
      ...programFields,
    }),
    z.strictObject({
      kind: z.literal('script'),
      file: z.string().min(1).max(1024).describe("a program in the skill's folder"),
      argv: z.array(item).max(64).optional().describe('its arguments'),
      ...programFields,
    }),
    z
      .strictObject({
        kind: z.literal('http'),
        method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
        url: httpUrl.describe('where it goes; a segment {name} of the path is an argument of the tool'),
        headers: httpHeaders
          .optional()
          // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how it is written
          .describe('a value may hold ${keychain:NAME}, an entry of the keychain'),
        args: z.enum(['json', 'query']).optional().describe('how the arguments travel; default query for GET and DELETE, else a JSON body'),
        timeoutMs: programFields.timeoutMs.describe('default 30000'),
        private: z.literal(true).optional().describe('its host may be this machine or in a private network; also http'),
      })
      .refine(({ url, private: isPrivate }) => isPrivate || url.startsWith('https:'), {
        path: ['url'],
        error: 'https, unless the host is private (private: true)',
      })
      .refine(({ method, args }) => method !== 'GET' || args !== 'json', { path: ['args'], error: 'a GET has no body' }),
    z.strictObject({ kind: z.literal('tool'), tool: z.string().min(1).max(128).describe('another tool does it') }),
    z.strictObject({ kind: z.literal('mcp'), tool: z.string().min(1).max(128).describe('server.tool of an MCP server does it') }),
  ],
  { error: 'kind is command, script, http, tool or mcp' },
);
export type SkillBinding = z.infer<typeof skillBindingSchema>;

export const skillToolSchema = z.object({
  name: z.string(),
  description: z.string(),
  state: z
    .enum(['bound', 'unbound', 'changed'])
    .describe('changed: the skill is no longer the one whose binding was confirmed, so that it must be confirmed again'),
  by: z
    .enum(['skill', 'user', 'tool'])
    .nullable()
    .describe('who says what it runs: the skill itself, a confirmed binding, or a tool of that name'),
  binding: skillBindingSchema.nullable().describe('where changed: what was confirmed before'),
  suggestion: z.array(z.string()).nullable().describe('an argv that its description suggests; nothing runs it before it is confirmed'),
});
export type SkillTool = z.infer<typeof skillToolSchema>;

export const skillSchema = z.object({
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  format: z.enum(['json', 'folder']),
  source: z.enum(['bundled', 'home', 'paths', 'workspace']).describe('where it was found; of the same name, the later one counts'),
  agentId: z.string().nullable().describe('of whose workspace; null: everyone has it'),
  file: z.string(),
  state: z.enum(['ready', 'missing', 'broken']).describe('missing: this computer lacks what it requires'),
  error: z.string().nullable().describe('why it cannot be used, in words'),
  requires: z.object({ bins: z.array(z.string()), env: z.array(z.string()) }),
  userInvocable: z.boolean().describe('may be called by @slug'),
  modelInvocable: z.boolean().describe('the model may take it up by itself'),
  removable: z.boolean(),
  sha256: z.string(),
  tools: z.array(skillToolSchema),
});
export type Skill = z.infer<typeof skillSchema>;

/** What would be installed, for somebody to look at first. */
export const skillReviewSchema = z.object({
  url: z.string().nullable().describe('null: a file that was sent'),
  sha256: z.string().describe('of what was fetched or sent; to install exactly that from a link, send it back'),
  bytes: z.int(),
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  format: z.enum(['json', 'folder']),
  files: z.array(z.string()).describe('the first hundred'),
  fileCount: z.int(),
  tools: z.array(
    z.object({ name: z.string(), description: z.string(), run: skillBindingSchema.nullable().describe('what the skill says it runs') }),
  ),
  requires: z.object({ bins: z.array(z.string()), env: z.array(z.string()) }),
  missing: z.string().nullable().describe('what of that this computer lacks, in words'),
  replaces: z.boolean().describe('one of that name is installed; it is kept for restore'),
  diff: z.string().nullable().describe('against that one'),
});
export type SkillReview = z.infer<typeof skillReviewSchema>;

const skillFileQuery = z.object({ name: z.string().max(256).optional().describe("the file's name, for a skill that names none") });
const skillFileBody = {
  as: 'bytes',
  maxBytes: 16 * 1024 * 1024,
  types: ['application/zip', 'application/octet-stream', 'application/json'],
} as const;
const skillParams = z.object({ slug: skillSlugSchema });

/** Prompts with tools that agents can take up: what there is, what their tools run, install, remove. */
export const skillRoutes = {
  listSkills: {
    method: 'GET',
    path: '/api/v1/skills',
    auth: 'bearer',
    scope: 'skills:read',
    summary: 'every skill, also the broken ones with their errors',
    answers: { 200: z.object({ skills: z.array(skillSchema) }) },
  },
  reviewSkill: {
    method: 'POST',
    path: '/api/v1/skills/review',
    auth: 'bearer',
    scope: 'skills:write',
    summary: 'look at what install would put where, and change; installs nothing',
    query: skillFileQuery,
    reads: skillFileBody,
    answers: { 200: z.object({ review: skillReviewSchema }) },
  },
  installSkill: {
    method: 'POST',
    path: '/api/v1/skills/install',
    auth: 'bearer',
    scope: 'skills:write',
    summary: "install one into the home folder: a zip of a skill's folder, or a skill in JSON; what it replaces is kept",
    query: skillFileQuery,
    reads: skillFileBody,
    answers: { 200: z.object({ skill: skillSchema, replaced: z.boolean() }) },
  },
  installSkillFromLink: {
    method: 'POST',
    path: '/api/v1/skills/install-link',
    auth: 'bearer',
    scope: 'skills:write',
    summary: 'look at what an https link leads to; with the sha256 of what was looked at, install it',
    body: z.object({
      url: z.string().min(1).max(4096).describe("JSON, a SKILL.md, a zip, or a skill's folder on GitHub (…/tree/<ref>/<path>)"),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional()
        .describe('of the review; without it nothing is installed'),
    }),
    answers: { 200: z.object({ review: skillReviewSchema, skill: skillSchema.nullable(), replaced: z.boolean() }) },
  },
  removeSkill: {
    method: 'DELETE',
    path: '/api/v1/skills/{slug}',
    auth: 'bearer',
    scope: 'skills:write',
    summary: 'take one out of the home folder; it is kept for restore',
    params: skillParams,
    answers: { 200: z.object({ removed: z.literal(true) }) },
  },
  restoreSkill: {
    method: 'POST',
    path: '/api/v1/skills/{slug}/restore',
    auth: 'bearer',
    scope: 'skills:write',
    summary: 'undo the last removal or install of one: what was there before comes back',
    params: skillParams,
    answers: { 200: z.object({ skill: skillSchema.nullable() }) },
  },
  bindSkill: {
    method: 'POST',
    path: '/api/v1/skills/{slug}/bindings',
    auth: 'bearer',
    scope: 'skills:write',
    summary: 'confirm what a tool of a skill runs, or take it back',
    pin: 'always',
    params: skillParams,
    body: z.object({
      tool: z.string().min(1).max(128),
      sha256: z.string().max(64).describe('of the skill as it was seen: of another one nothing is confirmed'),
      binding: skillBindingSchema.nullable(),
    }),
    answers: { 200: z.object({ skill: skillSchema }) },
  },
} as const satisfies Record<string, Route>;
