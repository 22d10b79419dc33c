import { AppError } from '../../../src-shared/app-error.ts';
import type { AgentConfig, Config, ModelConfig } from '../../../src-shared/contract/config.ts';
import { nearNames } from '../../../src-shared/near-names.ts';
import { createAnthropicModel } from './anthropic.ts';
import type { LocalModel } from './discovery.ts';
import { isFree, type Prices, pricesOf } from './list-prices.ts';
import type { ModelClient } from './model-client.ts';
import { createHealthBook, type ModelHealth, observed } from './model-health.ts';
import { type ModelTransport, newCallId } from './model-transport.ts';
import { createOfflineModel } from './offline-model.ts';
import { createOpenAiCompatibleModel } from './openai-compatible.ts';
import { type Preset, type PresetId, presetOf, presets } from './presets.ts';
import { authHint } from './upstream.ts';
import { withWireToolNames } from './wire-tool-names.ts';

/** A model that is ready to be asked. `id`: its own in config, or the provider where it was found without one. */
export type KnownModel = ModelClient & { readonly id: string; readonly prices: Prices | null; readonly vision?: boolean | undefined };

export type ModelRegistry = {
  /**
   * The model an agent talks to: its own, else the first in config, else one whose key is in the environment,
   * else a local server, else the offline model. Rejects with `MODEL_REJECTED` for a model config does not
   * know or cannot use, with `MODEL_AUTH` when its key is missing.
   */
  readonly forAgent: (agent: Pick<AgentConfig, 'model'>) => Promise<KnownModel>;
  /** Ids of the models that stand in for the one of an agent. */
  readonly fallbackFor: (agent: Pick<AgentConfig, 'model'>) => readonly string[];
  /** Models that cost something, and nobody has said how much. */
  readonly unpriced: () => readonly string[];
  /** A client for a model as described, configured or not; nothing of it is kept. Rejects as `forAgent` does. */
  readonly clientFor: (entry: ModelConfig, key: string | null) => Promise<ModelClient>;
  /** The key of this name was replaced: whoever uses it reads it anew. */
  readonly keyChanged: (keyRef: string) => void;
  /** How each model's last call ended. */
  readonly health: () => readonly ModelHealth[];
  /** Ends all calls and connections. */
  readonly close: () => Promise<void>;
};

type RegistryOptions = {
  readonly live: LiveModels;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The keychain. */
  readonly getSecret: (name: string) => Promise<string | null>;
  /** Never rejects. */
  readonly discover: () => Promise<readonly LocalModel[]>;
  /** Milliseconds. */
  readonly now: () => number;
  readonly transport: ModelTransport;
};

type LiveModels = {
  readonly current: () => Pick<Config, 'models'>;
  readonly onChange: (listener: (now: Pick<Config, 'models'>, before: Pick<Config, 'models'>) => void) => () => void;
};

const discoveryValidMs = 30_000;

export const createModelRegistry = (options: RegistryOptions): ModelRegistry => {
  const { live, env, getSecret, now, transport } = options;
  const health = createHealthBook();
  const clients = new Map<string, KnownModel>();
  let keysChanged = 0;
  const fromEnvironment = findKey(env);
  const expectAll = (models: Config['models']): void => {
    for (const [id, { provider }] of Object.entries(models)) health.expect(id, provider);
  };
  expectAll(live.current().models);

  /** Its next turn makes a new client; turns at work end with the one they have. */
  const forget = (id: string): void => {
    clients.delete(`config:${id}`);
    health.forget(id);
  };
  const forgetChanges = live.onChange(({ models: now }, { models: before }) => {
    // What was found without configuration is of no interest once there is some.
    if (Object.keys(before).length === 0) for (const { model } of health.all()) health.forget(model);
    for (const id of Object.keys(before)) if (now[id] !== before[id]) forget(id);
    expectAll(now);
  });

  let found: { readonly models: Promise<readonly LocalModel[]>; readonly until: number } | null = null;
  const discover = (): Promise<readonly LocalModel[]> => {
    if (found === null || now() >= found.until) found = { models: options.discover(), until: now() + discoveryValidMs };
    return found.models;
  };

  /** @param key what the client is cached under; @param id its name in health */
  const keep = (key: string, id: string, made: ModelClient, prices: Prices | null, vision?: boolean): KnownModel => {
    const observing = observed(made, (error) => {
      // One that was replaced meanwhile says nothing about the new one.
      if (clients.get(key) !== client) return;
      health.note(id, made.provider, error === null ? 'ok' : 'failing', error === null ? made.label : `${made.label}: ${error.message}`);
      // A key may have been replaced, a local server stopped: look again next time.
      if (error?.code === 'MODEL_AUTH') clients.delete(key);
      if (error?.code === 'MODEL_UNREACHABLE') found = null;
    });
    const client = { ...observing, id, prices, vision };
    health.expect(id, made.provider);
    clients.set(key, client);
    return client;
  };

  const connect = (
    provider: ModelConfig['provider'],
    baseUrl: string,
    model: string,
    apiKey: string | null,
    maxTokens?: number,
  ): ModelClient => {
    const preset = presetOf(provider);
    const create = preset?.wire === 'anthropic' ? createAnthropicModel : createOpenAiCompatibleModel;
    return withWireToolNames(create({ provider, baseUrl, model, apiKey, keyVariables: preset?.keyVariables ?? [], transport, maxTokens }));
  };

  const offline = (): KnownModel =>
    clients.get('offline') ?? keep('offline', 'offline', createOfflineModel({ newId: () => newCallId(transport) }), null);

  const configured = async (id: string): Promise<KnownModel> => {
    const models = live.current().models;
    const entry = Object.hasOwn(models, id) ? models[id] : undefined;
    if (entry === undefined) throw unknownModel(id, Object.keys(models));
    const key = `config:${id}`;
    const epoch = keysChanged;
    const isCurrent = (): boolean => live.current().models[id] === entry && epoch === keysChanged;
    try {
      const made = await make(`models.${id}`, entry, null);
      const known = clients.get(key);
      if (known) return known;
      // The entry or its key may have changed while the keychain was asked: then this one is for this turn only.
      const prices = pricesOf(entry);
      return isCurrent() ? keep(key, id, made, prices, entry.vision) : { ...made, id, prices, vision: entry.vision };
    } catch (error) {
      if (error instanceof AppError && error.code === 'MODEL_AUTH' && isCurrent())
        health.note(id, entry.provider, 'failing', error.message);
      throw error;
    }
  };

  /** @param what names it in errors; @param given a key in place of the one that the entry leads to */
  const make = async (what: string, entry: ModelConfig, given: string | null): Promise<ModelClient> => {
    if (entry.provider === 'offline') return createOfflineModel({ newId: () => newCallId(transport) });
    const preset = presetOf(entry.provider);
    const baseUrl = entry.baseUrl ?? preset?.baseUrl;
    if (baseUrl === undefined) throw unusable(what, 'needs a baseUrl');
    const model = entry.model ?? preset?.defaultModel ?? (await discover()).find(({ provider }) => provider === entry.provider)?.model;
    if (model === undefined) throw unusable(what, preset === null ? 'names no model' : 'names no model, and the local server offers none');
    return connect(entry.provider, baseUrl, model, given ?? (await keyFor(what, entry, baseUrl, preset)), entry.maxTokens);
  };

  const keyFor = async (what: string, entry: ModelConfig, baseUrl: string, preset: Preset | null): Promise<string | null> => {
    const keyVariables = preset?.keyVariables ?? [];
    const missing = (message: string): AppError => new AppError('MODEL_AUTH', { message, hint: authHint({ keyVariables }) });
    if (entry.keyRef !== undefined) {
      const stored = (await getSecret(providerKeyName(entry.keyRef)))?.trim();
      if (!stored) throw missing(`The keychain holds no key named "${entry.keyRef}", which ${what} asks for.`);
      return stored;
    }
    if (preset === null) return null;
    // A key from the environment goes to its own provider only, not wherever baseUrl points.
    const isOwn = new URL(baseUrl).origin === new URL(preset.baseUrl).origin;
    const apiKey = isOwn ? keyIn(env, preset) : null;
    if (apiKey === null && isOwn && keyVariables.length > 0)
      throw missing(`There is no API key for ${entry.provider}, which ${what} needs.`);
    return apiKey;
  };

  const byDefault = async (): Promise<KnownModel> => {
    if (fromEnvironment !== null) {
      const { id, preset, apiKey, model } = fromEnvironment;
      return (
        clients.get(`env:${id}`) ?? keep(`env:${id}`, id, connect(id, preset.baseUrl, model, apiKey), pricesOf({ provider: id, model }))
      );
    }
    const local = (await discover())[0];
    if (local === undefined) return offline();
    const key = `local:${local.baseUrl} ${local.model}`;
    return clients.get(key) ?? keep(key, local.provider, connect(local.provider, local.baseUrl, local.model, null), null);
  };

  const idFor = ({ model }: Pick<AgentConfig, 'model'>): string | undefined => model ?? Object.keys(live.current().models)[0];

  return {
    forAgent: async (agent) => {
      const id = idFor(agent);
      return id === undefined ? byDefault() : (clients.get(`config:${id}`) ?? configured(id));
    },
    fallbackFor: (agent) => live.current().models[idFor(agent) ?? '']?.fallback ?? [],
    unpriced: () => {
      const entries = Object.entries(live.current().models);
      if (entries.length > 0) return entries.filter(([, entry]) => !isFree(entry) && pricesOf(entry) === null).map(([id]) => id);
      return fromEnvironment && pricesOf({ provider: fromEnvironment.id }) === null ? [fromEnvironment.id] : [];
    },
    clientFor: (entry, key) => make('this model', entry, key),
    keyChanged: (keyRef) => {
      keysChanged += 1;
      const models = live.current().models;
      for (const [id, entry] of Object.entries(models)) if (entry.keyRef === keyRef) forget(id);
      expectAll(models);
    },
    health: health.all,
    close: () => {
      forgetChanges();
      return transport.close();
    },
  };
};

/** The keychain entry that a `keyRef` names. */
export const providerKeyName = (keyRef: string): string => `provider-key:${keyRef}`;

type EnvironmentModel = { readonly id: PresetId; readonly preset: Preset; readonly apiKey: string; readonly model: string };

const findKey = (env: RegistryOptions['env']): EnvironmentModel | null => {
  for (const id of Object.keys(presets) as PresetId[]) {
    const preset = presets[id];
    const apiKey = keyIn(env, preset);
    if (apiKey !== null && preset.defaultModel !== null) return { id, preset, apiKey, model: preset.defaultModel };
  }
  return null;
};

const keyIn = (env: RegistryOptions['env'], { keyVariables }: Preset): string | null =>
  keyVariables.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== '') ?? null;

const unknownModel = (id: string, known: readonly string[]): AppError => {
  const near = nearNames(id, known);
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : known.length > 0
        ? `config.json has ${known.slice(0, 5).join(', ')}.`
        : 'Add it under models in ~/openclaw/config.json.';
  return new AppError('MODEL_REJECTED', { message: `config.json has no model "${id}".`, hint, details: { model: id, near } });
};

const unusable = (what: string, problem: string): AppError =>
  new AppError('MODEL_REJECTED', { message: `${what} ${problem}.`, hint: 'See models in ~/openclaw/config.json.' });
