import { AppError } from '../../src-shared/app-error.ts';

/** Agents as these clients see them: models by the names `openclaw` (the default agent) and `openclaw/<agentId>`. */
export type ModelNames = {
  readonly list: () => readonly string[];
  /** @throws AppError AGENT_UNKNOWN with the names there are */
  readonly agentId: (model: string) => string;
};

type Agents = { readonly defaultId: string; readonly list: () => readonly { readonly id: string }[] };

const defaultName = 'openclaw';

export const createModelNames = (agents: Agents): ModelNames => {
  const named = () => new Map([[defaultName, agents.defaultId], ...agents.list().map(({ id }) => [`${defaultName}/${id}`, id] as const)]);
  return {
    list: () => [...named().keys()],
    agentId: (model) => {
      const names = named();
      const id = names.get(model);
      if (id !== undefined) return id;
      const message = `There is no model "${model}" here. Models are the agents: ${[...names.keys()].join(', ')}.`;
      throw new AppError('AGENT_UNKNOWN', { message, details: { issues: [{ at: 'body.model', message }] } });
    },
  };
};
