import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { Pin } from '../approvals/pin.ts';
import { callerOf, type Principal } from '../principal.ts';
import type { Skills } from './skills.ts';

type Info = { readonly principal: Principal | null; readonly pin: string | null };
type Ids = 'listSkills' | 'bindSkill';
export type SkillRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>, info: Info) => Promise<RouteAnswer<Id>> };

export const createSkillRoutes = ({ skills, pin }: { readonly skills: Skills; readonly pin: Pick<Pin, 'require'> }): SkillRoutes => ({
  listSkills: async () => ({ status: 200, body: { skills: [...(await skills.list())] } }),
  bindSkill: async ({ params, body }, info) => {
    await pin.require(info.pin, `what "${body.tool}" of the skill "${params.slug}" runs`);
    return { status: 200, body: { skill: await skills.bind(params.slug, body, callerOf(info).id) } };
  },
});
