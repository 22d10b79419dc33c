import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { Pin } from '../approvals/pin.ts';
import { callerOf, type Principal } from '../principal.ts';
import type { SkillFile } from './install-skill.ts';
import type { Skills } from './skills.ts';

type Info = { readonly principal: Principal | null; readonly pin: string | null };
type Ids = 'listSkills' | 'bindSkill' | 'reviewSkill' | 'installSkill' | 'installSkillFromLink' | 'removeSkill' | 'restoreSkill';
export type SkillRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>, info: Info) => Promise<RouteAnswer<Id>> };

export const createSkillRoutes = ({ skills, pin }: { readonly skills: Skills; readonly pin: Pick<Pin, 'require'> }): SkillRoutes => ({
  listSkills: async () => ({ status: 200, body: { skills: [...(await skills.list())] } }),
  reviewSkill: async ({ query, body }) => ({ status: 200, body: { review: await skills.review(fileOf(query, body), null) } }),
  installSkill: async ({ query, body }) => {
    const { slug, replaced } = await skills.installer.install(fileOf(query, body));
    await skills.reload();
    return { status: 200, body: { skill: await skills.get(slug), replaced } };
  },
  installSkillFromLink: async ({ body }) => {
    const { review, installed } = await skills.installFromLink(body);
    if (installed === null) return { status: 200, body: { review, skill: null, replaced: false } };
    await skills.reload();
    return { status: 200, body: { review, skill: await skills.get(installed.slug), replaced: installed.replaced } };
  },
  removeSkill: async ({ params }) => {
    await skills.installer.remove(params.slug);
    await skills.reload();
    return { status: 200, body: { removed: true } };
  },
  restoreSkill: async ({ params }) => {
    await skills.installer.restore(params.slug);
    await skills.reload();
    return { status: 200, body: { skill: await skills.get(params.slug).catch(() => null) } };
  },
  bindSkill: async ({ params, body }, info) => {
    await pin.require(info.pin, `what "${body.tool}" of the skill "${params.slug}" runs`);
    return { status: 200, body: { skill: await skills.bind(params.slug, body, callerOf(info).id) } };
  },
});

const fileOf = ({ name = 'skill' }: { readonly name?: string | undefined }, body: Uint8Array): SkillFile => ({
  ...{ bytes: Buffer.from(body), name, folder: null },
});
