import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Skill, SkillBinding } from '../../../src-shared/contract/rest.ts';
import type { SkillReview } from '../../../src-shared/contract/routes/skills.ts';
import { ApiError } from '../../api/api-error.ts';
import type { HttpClient } from '../../api/http-client.ts';
import type { PinPrompt } from '../../pin/pin-prompt.ts';

export type SkillsState = {
  readonly skills: readonly Skill[];
  /** Nothing is known yet. */
  readonly loading: boolean;
  readonly error: ApiError | null;
};

export type Installed = { readonly skill: Skill; readonly replaced: boolean };

/** Every action rejects with an ApiError; null means that the user did not want to give the PIN. */
export type SkillsStore = StoreApi<SkillsState> & {
  readonly load: () => Promise<void>;
  readonly bind: (skill: Skill, tool: string, binding: SkillBinding | null) => Promise<Skill | null>;
  readonly install: (file: Pick<File, 'name' | 'arrayBuffer'>) => Promise<Installed>;
  /** What a file would bring; nothing is installed yet. */
  readonly review: (file: Pick<File, 'name' | 'arrayBuffer'>) => Promise<SkillReview>;
  /** What an https link leads to; nothing is installed yet. */
  readonly lookAt: (url: string) => Promise<SkillReview>;
  /** Exactly what was looked at. */
  readonly installLooked: (url: string, review: Pick<SkillReview, 'sha256'>) => Promise<Installed>;
  readonly remove: (slug: string) => Promise<void>;
  readonly restore: (slug: string) => Promise<void>;
};

export const createSkillsStore = ({ http, pin }: { readonly http: HttpClient; readonly pin: PinPrompt }): SkillsStore => {
  const store = createStore<SkillsState>(() => ({ skills: [], loading: true, error: null }));
  const load = async (): Promise<void> => {
    try {
      store.setState({ skills: (await http.call('listSkills')).skills, loading: false, error: null });
    } catch (thrown) {
      store.setState({ loading: false, error: ApiError.from(thrown) });
    }
  };
  const andLoad = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      await load();
    }
  };
  return Object.assign(store, {
    load,
    bind: (skill: Skill, tool: string, binding: SkillBinding | null) =>
      andLoad(
        pin.withPin(
          async (given) =>
            (
              await http.call(
                'bindSkill',
                { params: { slug: skill.slug }, body: { tool, sha256: skill.sha256, binding } },
                given === undefined ? {} : { pin: given },
              )
            ).skill,
        ),
      ),
    install: async (file: Pick<File, 'name' | 'arrayBuffer'>) =>
      andLoad(http.call('installSkill', { query: { name: file.name }, body: new Uint8Array(await file.arrayBuffer()) })),
    review: async (file: Pick<File, 'name' | 'arrayBuffer'>) =>
      (await http.call('reviewSkill', { query: { name: file.name }, body: new Uint8Array(await file.arrayBuffer()) })).review,
    lookAt: async (url: string) => (await http.call('installSkillFromLink', { body: { url } })).review,
    installLooked: async (url: string, { sha256 }: Pick<SkillReview, 'sha256'>) => {
      const { skill, replaced } = await andLoad(http.call('installSkillFromLink', { body: { url, sha256 } }));
      if (skill === null) throw new Error('The gateway has only looked at it.');
      return { skill, replaced };
    },
    remove: async (slug: string) => void (await andLoad(http.call('removeSkill', { params: { slug } }))),
    restore: async (slug: string) => void (await andLoad(http.call('restoreSkill', { params: { slug } }))),
  });
};
