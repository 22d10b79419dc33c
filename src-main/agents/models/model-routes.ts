import type { RouteAnswer, RouteInput } from '../../../src-shared/contract/rest.ts';
import type { Clock } from '../../gateway-ports.ts';
import type { SecretStore } from '../../storage/secret-store.ts';
import type { LocalServer } from './discovery.ts';
import { type PresetId, presets } from './presets.ts';
import { type ModelRegistry, providerKeyName } from './resolve-model.ts';
import { testModel } from './test-model.ts';

type Ports = {
  readonly models: ModelRegistry;
  readonly secrets: Pick<SecretStore, 'backend' | 'set'>;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Never rejects. */
  readonly discoverServers: () => Promise<readonly LocalServer[]>;
};

type Ids = 'discoverModels' | 'testModel' | 'setModelKey';
export type ModelRoutes = {
  readonly [Id in Ids]: (input: RouteInput<Id>, info: { readonly traceId: string }) => Promise<RouteAnswer<Id>>;
};

export const createModelRoutes = ({ models, secrets, clock, env, discoverServers }: Ports): ModelRoutes => ({
  discoverModels: async () => {
    const servers = (await discoverServers()).map((server) => ({ ...server, models: [...server.models] }));
    return { status: 200, body: { servers, keys: keysIn(env), providers } };
  },
  testModel: async ({ body }, { traceId }) => ({ status: 200, body: await testModel(body, { models, clock, traceId }) }),
  setModelKey: async ({ body }) => {
    await secrets.set(providerKeyName(body.name), body.key);
    models.keyChanged(body.name);
    return { status: 200, body: { name: body.name, backend: secrets.backend } };
  },
});

type Discovered = RouteAnswer<'discoverModels'>['body'];

const presetIds = Object.keys(presets) as PresetId[];

/** By the variable's name; the key itself is nobody's business. */
const keysIn = (env: Ports['env']): Discovered['keys'] =>
  presetIds.flatMap((provider) =>
    presets[provider].keyVariables.filter((variable) => env[variable]?.trim()).map((variable) => ({ provider, variable })),
  );

const providers: Discovered['providers'] = [
  ...presetIds.map((provider) => {
    const { name, baseUrl, defaultModel, keyVariables } = presets[provider];
    return { provider, name, baseUrl, model: defaultModel, needsKey: keyVariables.length > 0 };
  }),
  { provider: 'openai-compatible', name: 'OpenAI-compatible', baseUrl: null, model: null, needsKey: false },
];
