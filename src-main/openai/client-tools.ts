import type { ClientTools } from '../agents/models/model-client.ts';
import { refused } from './chat-prompt.ts';

/** A function as both APIs describe it. */
type ClientFunction = {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | null | undefined;
};

type Asked = {
  readonly functions: readonly ClientFunction[];
  readonly choice: 'none' | 'auto' | 'required' | { readonly name: string };
  readonly oneAtATime: boolean;
  /** Where the name of the n-th stands in the request. */
  readonly nameAt: (index: number) => string;
  /** Names of the agent's own tools. */
  readonly taken: readonly string[];
};

const noParameters = { type: 'object', properties: {} };
/** What a model server may have to be given in the place of an answer. */
const reserved = ['give_answer'];

/**
 * The tools of a client, which it runs itself.
 * @throws AppError BAD_REQUEST where a name stands for two, or the one to call for none
 */
export const readClientTools = ({ functions, choice, oneAtATime, nameAt, taken }: Asked): ClientTools | undefined => {
  const names = new Set([...taken, ...reserved]);
  for (const [index, { name }] of functions.entries()) {
    if (taken.includes(name)) throw refused(nameAt(index), `the agent has a tool "${name}" of its own: give yours another name`);
    if (names.has(name)) throw refused(nameAt(index), `"${name}" stands for more than one tool: give this one another name`);
    names.add(name);
  }
  if (typeof choice === 'object' && !functions.some(({ name }) => name === choice.name))
    throw refused('tool_choice', `there is no tool "${choice.name}" in tools`);
  if (choice === 'required' && functions.length === 0) throw refused('tool_choice', '"required" needs tools');
  if (functions.length === 0 || choice === 'none') return undefined;
  return {
    tools: functions.map(({ name, description, parameters }) => ({
      name,
      description: description ?? '',
      parameters: parameters ?? noParameters,
    })),
    ...(choice === 'auto' ? {} : { toolChoice: choice }),
    ...(oneAtATime ? { oneToolAtATime: true } : {}),
  };
};
