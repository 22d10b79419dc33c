import * as z from 'zod';
import type { Tool } from './tool.ts';

const parameters = z.object({ question: z.string().min(1).max(4_000) });

/** Ends the turn with a question as the reply: the answer is the next message, whenever it comes and from wherever. */
export const createAskUser = (): Tool<typeof parameters> => ({
  name: 'ask_user',
  description: 'Ask the user something you need to know, and stop until they answer.',
  parameters,
  effect: 'talk',
  execute: async ({ question }, { endTurn }) => {
    endTurn(question);
    return 'Asked. The answer is the next message.';
  },
});
