import { type AgentConfig, agentConfigSchema } from '../../../src-shared/contract/config.ts';
import { builtInAgentIds } from '../../../src-shared/contract/routing.ts';
import { agentIdSchema } from '../../../src-shared/models/ids.ts';

/** What is typed; an empty text leaves the choice to the gateway. */
export type AgentForm = {
  readonly id: string;
  readonly name: string;
  readonly model: string;
  readonly system: string;
  readonly workspace: string;
  readonly maxSteps: string;
  readonly dailyUsd: string;
  readonly perTurnUsd: string;
  /** null: all there are, also those to come. */
  readonly tools: readonly string[] | null;
  readonly skills: readonly string[] | null;
};

/** A field that cannot stay as it is. */
export type FormProblem = keyof AgentForm | 'idTaken';

export const formOf = (id: string, { budget, ...config }: AgentConfig): AgentForm => ({
  id,
  name: config.name ?? '',
  model: config.model ?? '',
  system: config.system ?? '',
  workspace: config.workspace ?? '',
  maxSteps: textOf(config.maxSteps),
  dailyUsd: textOf(budget?.dailyUsd),
  perTurnUsd: textOf(budget?.perTurnUsd),
  tools: config.tools ?? null,
  skills: config.skills ?? null,
});

const textOf = (value: number | undefined): string => (value === undefined ? '' : String(value));

/** As `config.json` has it; with numbers that are none it does not pass the schema. */
export const entryOf = (form: AgentForm): AgentConfig => {
  const { dailyUsd, perTurnUsd } = { dailyUsd: numberIn(form.dailyUsd), perTurnUsd: numberIn(form.perTurnUsd) };
  const budget = { ...(dailyUsd === null ? {} : { dailyUsd }), ...(perTurnUsd === null ? {} : { perTurnUsd }) };
  const maxSteps = numberIn(form.maxSteps);
  const texts = (['name', 'model', 'workspace'] as const).flatMap((key) => (form[key].trim() === '' ? [] : [[key, form[key].trim()]]));
  return {
    ...Object.fromEntries(texts),
    ...(form.system.trim() === '' ? {} : { system: form.system }),
    ...(form.tools === null ? {} : { tools: [...form.tools] }),
    ...(form.skills === null ? {} : { skills: [...form.skills] }),
    ...(maxSteps === null ? {} : { maxSteps }),
    ...(Object.keys(budget).length === 0 ? {} : { budget }),
  };
};

const numberIn = (text: string): number | null => (text.trim() === '' ? null : Number(text));

/** By the schema that the gateway reads the file with. @param taken ids of others; null where the id is not to choose */
export const problemsOf = (form: AgentForm, taken: readonly string[] | null): ReadonlySet<FormProblem> => {
  const problems = new Set<FormProblem>();
  if (taken !== null && !agentIdSchema.safeParse(form.id).success) problems.add('id');
  else if (taken?.includes(form.id)) problems.add('idTaken');
  const { error } = agentConfigSchema.safeParse(entryOf(form));
  for (const { path } of error?.issues ?? []) problems.add(String(path[0] === 'budget' ? path[1] : path[0]) as FormProblem);
  return problems;
};

/** The merge patch that makes it so, whatever was there. */
export const patchFor = (form: AgentForm): Readonly<Record<string, unknown>> => {
  const { budget, ...entry } = entryOf(form);
  const sums = budget === undefined ? null : { dailyUsd: null, perTurnUsd: null, ...budget };
  return { agents: { [form.id]: { ...nothing, ...entry, budget: sums } } };
};

const nothing = { name: null, model: null, system: null, workspace: null, tools: null, skills: null, maxSteps: null };

/** A name for a copy that nobody has. */
export const freeId = (id: string, taken: readonly string[]): string => {
  for (let count = 2; ; count += 1) {
    const end = `-${count}`;
    const free = id.slice(0, 64 - end.length) + end;
    if (!taken.includes(free)) return free;
  }
};

export const isBuiltIn = (id: string): boolean => builtInAgentIds.some((known) => known === id);
