import type { ModelConfig, ProviderId } from '../../../src-shared/contract/config.ts';
import type { Discovered } from './settings-store.ts';

/** What is typed into the dialog of a model. */
export type ModelForm = {
  readonly id: string;
  readonly provider: ProviderId;
  readonly model: string;
  readonly baseUrl: string;
  /** A new API key; empty: leave what there is. */
  readonly key: string;
};

export const formOf = (id: string | null, model: ModelConfig, taken: readonly string[]): ModelForm => ({
  id: id ?? freeName(model.provider === 'openai-compatible' ? 'local' : model.provider, taken),
  provider: model.provider,
  model: model.model ?? '',
  baseUrl: model.baseUrl ?? '',
  key: '',
});

/** Another provider: what was suggested for the one before goes, what was typed stays. */
export const withProvider = (
  form: ModelForm,
  provider: ProviderId,
  found: Discovered | null,
  taken: readonly string[],
  isNew: boolean,
): ModelForm => {
  const suggestion = (of: ProviderId): string => found?.providers.find((one) => one.provider === of)?.model ?? '';
  const wasSuggested = form.model === '' || form.model === suggestion(form.provider);
  const nameBefore = formOf(null, { provider: form.provider }, taken).id;
  return {
    ...form,
    provider,
    model: wasSuggested ? suggestion(provider) : form.model,
    id: isNew && form.id === nameBefore ? formOf(null, { provider }, taken).id : form.id,
  };
};

export type FormProblem = 'id' | 'idTaken' | 'baseUrl' | 'baseUrlMissing' | 'key';

export const problemsOf = (form: ModelForm, taken: readonly string[], isNew: boolean): ReadonlySet<FormProblem> => {
  const problems = new Set<FormProblem>();
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(form.id)) problems.add('id');
  else if (isNew && taken.includes(form.id)) problems.add('idTaken');
  if (form.baseUrl.trim() === '') {
    if (form.provider === 'openai-compatible') problems.add('baseUrlMissing');
  } else if (!/^https?:\/\/[^\s/]/.test(form.baseUrl.trim()) || !URL.canParse(form.baseUrl.trim())) problems.add('baseUrl');
  if (form.key.trim() !== '' && form.key.trim().length < 8) problems.add('key');
  return problems;
};

/** The entry as config.json will have it. What the dialog does not show stays. */
export const entryOf = (form: ModelForm, before: ModelConfig): ModelConfig => {
  const { baseUrl: _baseUrl, model: _model, keyRef: keyBefore, ...kept } = before;
  if (form.provider === 'offline') return { ...kept, provider: 'offline' };
  const keyRef = form.key.trim() === '' ? keyBefore : (keyBefore ?? form.id);
  return {
    ...kept,
    provider: form.provider,
    ...(form.baseUrl.trim() === '' ? {} : { baseUrl: form.baseUrl.trim() }),
    ...(form.model.trim() === '' ? {} : { model: form.model.trim() }),
    ...(keyRef === undefined ? {} : { keyRef }),
  };
};

/** The merge patch that puts it there, without what the one before had beyond it. */
export const patchFor = (id: string, entry: ModelConfig, before: ModelConfig): Record<string, unknown> => {
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(entry, key));
  return { models: { [id]: { ...Object.fromEntries(gone.map((key) => [key, null])), ...entry } } };
};

/** Names of models that the server in question has. */
export const modelNames = ({ provider, baseUrl }: ModelForm, found: Discovered | null): readonly string[] =>
  (found?.servers ?? [])
    .filter((server) => (baseUrl.trim() === '' ? server.provider === provider : server.baseUrl === baseUrl.trim().replace(/\/$/, '')))
    .flatMap(({ models }) => models);

const freeName = (wanted: string, taken: readonly string[]): string => {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wanted : `${wanted}-${count}`;
    if (!taken.includes(name)) return name;
  }
};
