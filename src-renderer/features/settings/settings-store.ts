import * as z from 'zod';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { configSchema, type ModelConfig } from '../../../src-shared/contract/config.ts';
import { ApiError } from '../../api/api-error.ts';
import type { HttpClient } from '../../api/http-client.ts';
import type { PinPrompt } from '../../pin/pin-prompt.ts';

/** The parts of the configuration that have a section of their own. */
const knownSchema = z.object({
  models: configSchema.shape.models,
  agents: configSchema.shape.agents,
  routing: configSchema.shape.routing,
  channels: configSchema.shape.channels,
  security: configSchema.shape.security,
  ui: configSchema.shape.ui,
});
export type KnownConfig = z.output<typeof knownSchema>;
/** What every console shows by. */
export type UiChoice = Partial<Pick<KnownConfig['ui'], 'language' | 'theme'>>;

/** `config.json` as the gateway last told it. */
export type ConfigView = {
  readonly known: KnownConfig;
  /** All of it, for the form. */
  readonly values: unknown;
  readonly text: string;
  readonly path: string;
  /** What is wrong with the file; then the last good one is in force. */
  readonly problems: readonly string[];
  /** Keys whose new value waits for a restart. */
  readonly restartFor: readonly string[];
};

export type SettingsState = { readonly view: ConfigView | null; readonly error: ApiError | null };

export type Discovered = Awaited<ReturnType<typeof discoverModels>>;
export type ModelTest = Awaited<ReturnType<typeof testModel>>;
export type TextProblem = Awaited<ReturnType<typeof checkConfig>>['problems'][number];
export type PinState = Awaited<ReturnType<typeof getPin>>;

const discoverModels = (http: HttpClient) => http.call('discoverModels');
const testModel = (http: HttpClient, body: { model: ModelConfig; key?: string }) => http.call('testModel', { body });
const checkConfig = (http: HttpClient, text: string, signal: AbortSignal) => http.call('checkConfig', { body: { text } }, { signal });
const getPin = (http: HttpClient) => http.call('getPin');

/** Every action rejects with an ApiError; false means that the user did not want to give the PIN. */
type SettingsActions = {
  readonly load: () => Promise<void>;
  /** A JSON merge patch: null takes a key away. */
  readonly patch: (patch: Readonly<Record<string, unknown>>) => Promise<boolean>;
  /** @param was the text that was read; where the file is another by now, it rejects with CONFIG_CHANGED */
  readonly save: (text: string, was: string) => Promise<boolean>;
  readonly check: (text: string, signal: AbortSignal) => Promise<readonly TextProblem[]>;
  readonly schema: () => Promise<unknown>;
  readonly discover: () => Promise<Discovered>;
  /** @param key instead of what keyRef names */
  readonly test: (model: ModelConfig, key: string | null) => Promise<ModelTest>;
  readonly setKey: (name: string, key: string) => Promise<void>;
  readonly pin: () => Promise<PinState>;
  readonly setPin: (pin: string) => Promise<boolean>;
  readonly clearPin: () => Promise<boolean>;
  /** Shows it here at once, and keeps it for every console. */
  readonly choose: (ui: UiChoice) => Promise<boolean>;
};

export type SettingsStore = StoreApi<SettingsState> & SettingsActions;

export type SettingsPorts = {
  readonly http: HttpClient;
  readonly pin: PinPrompt;
  /** Told what the configuration says of language and theme. */
  readonly show: (ui: UiChoice) => void;
  /** Something has changed that other parts of the console show. */
  readonly changed: () => void;
};

export const createSettingsStore = ({ http, pin, show, changed }: SettingsPorts): SettingsStore => {
  const store = createStore<SettingsState>(() => ({ view: null, error: null }));
  /** Counts what was asked and changed, so that an answer from before a change does not undo it on the page. */
  let latest = 0;

  const take = (answer: { config: unknown; text: string; restartFor: string[] }, more: Partial<ConfigView>): void => {
    const { config: values, text, restartFor } = answer;
    const known = knownSchema.parse(values);
    const before = store.getState().view;
    store.setState({ view: { path: '', problems: [], ...before, known, values, text, restartFor, ...more }, error: null });
    // What it leaves open is this browser's own affair.
    const { language, theme } = known.ui;
    show({ ...(language === 'auto' ? {} : { language }), ...(theme === 'system' ? {} : { theme }) });
  };

  const load = async (): Promise<void> => {
    latest += 1;
    const mine = latest;
    try {
      const answer = await http.call('getConfig');
      if (mine === latest) take(answer, { path: answer.path, problems: answer.problems });
    } catch (thrown) {
      if (mine === latest) store.setState({ error: ApiError.from(thrown) });
    }
  };

  const change = async (call: (typed?: string) => Promise<{ config: unknown; text: string; restartFor: string[] }>): Promise<boolean> => {
    const answer = await pin.withPin(call);
    if (answer === null) return false;
    latest += 1;
    take(answer, { problems: [] });
    changed();
    return true;
  };

  const patch: SettingsActions['patch'] = (body) => change((typed) => http.call('patchConfig', { body: { ...body } }, { pin: typed }));

  const actions: SettingsActions = {
    load,
    patch,
    save: (text, was) => change((typed) => http.call('saveConfig', { body: { text, was } }, { pin: typed })),
    check: async (text, signal) => (await checkConfig(http, text, signal)).problems,
    schema: () => http.call('getConfigSchema'),
    discover: () => discoverModels(http),
    test: (model, key) => testModel(http, { model, ...(key === null ? {} : { key }) }),
    setKey: async (name, key) => void (await http.call('setModelKey', { body: { name, key } })),
    pin: () => getPin(http),
    setPin: async (wanted) => (await pin.withPin((typed) => http.call('setPin', { body: { pin: wanted } }, { pin: typed }))) !== null,
    clearPin: async () => (await pin.withPin((typed) => http.call('clearPin', {}, { pin: typed }))) !== null,
    choose: (ui) => {
      show(ui);
      return patch({ ui });
    },
  };
  return Object.assign(store, actions);
};
