import * as z from 'zod';
import { type Tool, ToolError } from './tool.ts';

const parameters = z.object({
  name: z.string().min(1).max(64).describe('the skill'),
  file: z.string().min(1).max(1024).optional().describe("a file in the skill's folder, instead of its instructions"),
});

/** What the tool reads. Throws an error with words for the model. */
export type SkillShelf = {
  /** Of the skills that the model may take up by itself: a line each. */
  readonly listed: string;
  /** Instructions, and what there is besides. */
  readonly instructions: (name: string) => Promise<string>;
  readonly file: (name: string, file: string) => Promise<string>;
};

/** Gives the model a skill's instructions when it needs them: until then a skill costs its line in the description. */
export const createUseSkill = (shelf: SkillShelf): Tool<typeof parameters> => ({
  name: 'use_skill',
  description: `Read a skill's instructions, then follow them.${shelf.listed === '' ? '' : ` Skills:\n${shelf.listed}`}`,
  parameters,
  effect: 'read',
  execute: ({ name, file }) =>
    (file === undefined ? shelf.instructions(name) : shelf.file(name, file)).catch((error: Error) => {
      throw new ToolError(error.message);
    }),
});
