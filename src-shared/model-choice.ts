import type { ModelConfig, ProviderId } from './contract/config.ts';
import type { RouteAnswer } from './contract/rest.ts';

type Discovered = RouteAnswer<'discoverModels'>['body'];

/** One way to get a model, as far as it is filled in. */
export type ModelChoice =
  | {
      readonly kind: 'server';
      readonly provider: ProviderId;
      readonly name: string;
      readonly baseUrl: string;
      readonly models: readonly string[];
      readonly model: string;
    }
  | { readonly kind: 'variable'; readonly provider: ProviderId; readonly name: string; readonly variable: string; readonly model: string }
  | { readonly kind: 'provider'; readonly provider: ProviderId; readonly baseUrl: string; readonly model: string; readonly key: string }
  | { readonly kind: 'offline' };

/** What there is to choose from, the likeliest first. */
export const choicesOf = ({ servers, keys, providers }: Discovered): readonly ModelChoice[] => {
  const preset = (provider: ProviderId) => providers.find((one) => one.provider === provider);
  const first = providers.find(({ needsKey }) => needsKey)?.provider ?? 'openai-compatible';
  return [
    ...servers
      .filter(({ models }) => models.length > 0)
      .map((server): ModelChoice => ({ kind: 'server', ...server, model: server.models[0] ?? '' })),
    ...keys.map(
      ({ provider, variable }): ModelChoice => ({
        kind: 'variable',
        provider,
        name: preset(provider)?.name ?? provider,
        variable,
        model: preset(provider)?.model ?? '',
      }),
    ),
    { kind: 'provider', provider: first, baseUrl: '', model: preset(first)?.model ?? '', key: '' },
    { kind: 'offline' },
  ];
};

export type ChoiceProblem = 'address' | 'key' | 'incomplete';

/** What keeps a choice from being used; null where nothing does. */
export const problemOf = (choice: ModelChoice, { providers }: Discovered): ChoiceProblem | null => {
  if (choice.kind === 'offline') return null;
  if (choice.kind !== 'provider') return choice.model.trim() === '' ? 'incomplete' : null;
  const [key, baseUrl] = [choice.key.trim(), choice.baseUrl.trim()];
  if (key !== '' && key.length < 8) return 'key';
  if (choice.provider !== 'openai-compatible')
    return key === '' && providers.find(({ provider }) => provider === choice.provider)?.needsKey ? 'incomplete' : null;
  if (baseUrl !== '' && !(/^https?:\/\/[^\s/]/.test(baseUrl) && URL.canParse(baseUrl))) return 'address';
  return baseUrl === '' || choice.model.trim() === '' ? 'incomplete' : null;
};

/** The entry in config.json, its id there, and a key that has to go into the keychain first. */
export type ModelPlan = { readonly id: string; readonly entry: ModelConfig; readonly key: string | null };

export const planOf = (choice: Exclude<ModelChoice, { kind: 'offline' }>): ModelPlan => {
  const { provider } = choice;
  const model = choice.model.trim() === '' ? {} : { model: choice.model.trim() };
  const compatible = provider === 'openai-compatible';
  const id = compatible ? (choice.kind === 'server' ? 'local' : 'custom') : provider;
  const key = choice.kind === 'provider' && choice.key.trim() !== '' ? choice.key.trim() : null;
  const baseUrl = compatible && choice.kind !== 'variable' ? { baseUrl: choice.baseUrl.trim() } : {};
  return { id, entry: { provider, ...baseUrl, ...model, ...(key === null ? {} : { keyRef: id }) }, key };
};

/** Puts the model there, whole, and has the main agent use it. */
export const patchFor = ({ id, entry }: ModelPlan, before: ModelConfig | undefined): Record<string, unknown> => {
  const gone = Object.keys(before ?? {}).filter((key) => !Object.hasOwn(entry, key));
  return { models: { [id]: { ...Object.fromEntries(gone.map((key) => [key, null])), ...entry } }, agents: { main: { model: id } } };
};
