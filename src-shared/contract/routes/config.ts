import * as z from 'zod';
import { keyRefSchema, modelConfigSchema, providerIds } from '../config.ts';
import type { Route } from '../route.ts';
import { secretBackendSchema } from './operations.ts';

const problemSchema = z.object({ line: z.int(), column: z.int(), message: z.string() });

const restartForSchema = z.array(z.string()).describe('keys whose new value takes effect at the next start');

/** The configuration as it stands after a change. */
const changedSchema = z.object({
  config: z.unknown(),
  text: z.string(),
  restartFor: restartForSchema,
});

const discoveredSchema = z.object({
  /** Local servers that answered. */
  servers: z.array(z.object({ provider: z.enum(providerIds), name: z.string(), baseUrl: z.string(), models: z.array(z.string()) })),
  /** Keys found in the environment, by variable name; never the key. */
  keys: z.array(z.object({ provider: z.enum(providerIds), variable: z.string() })),
  /** What can be set up with a key, and the model that is suggested. */
  providers: z.array(
    z.object({
      provider: z.enum(providerIds),
      name: z.string(),
      baseUrl: z.string().nullable(),
      model: z.string().nullable(),
      needsKey: z.boolean(),
    }),
  ),
});

/** Configuration, models and their keys. */
export const configRoutes = {
  getConfig: {
    method: 'GET',
    path: '/api/v1/config',
    auth: 'bearer',
    scope: 'config',
    summary: 'the configuration, its file, what is wrong with that, and what waits for a restart',
    answers: {
      200: z.object({
        config: z.unknown(),
        path: z.string(),
        text: z.string().describe('the file itself'),
        problems: z.array(z.string()),
        restartFor: restartForSchema,
      }),
    },
  },
  patchConfig: {
    method: 'PATCH',
    path: '/api/v1/config',
    auth: 'bearer',
    scope: 'config',
    summary: 'a JSON merge patch (null takes a key away); comments in the file stay',
    pin: 'where security.*, gateway.host, gateway.trustedProxies or the servers of mcpServers change',
    body: z.record(z.string(), z.unknown()),
    answers: { 200: changedSchema },
  },
  checkConfig: {
    method: 'POST',
    path: '/api/v1/config/check',
    auth: 'bearer',
    scope: 'config',
    summary: 'what is wrong with this text as config.json; changes nothing',
    body: z.object({ text: z.string().max(1_000_000) }),
    answers: { 200: z.object({ problems: z.array(problemSchema) }) },
  },
  saveConfig: {
    method: 'POST',
    path: '/api/v1/config/text',
    auth: 'bearer',
    scope: 'config',
    summary: 'the whole file anew; refused where anything is wrong with it, or it is no longer what was read',
    pin: 'where security.*, gateway.host, gateway.trustedProxies or the servers of mcpServers change',
    body: z.object({ text: z.string().max(1_000_000), was: z.string().max(1_000_000).describe('the text that was read') }),
    answers: { 200: changedSchema },
  },
  getConfigSchema: {
    method: 'GET',
    path: '/api/v1/config/schema',
    auth: 'bearer',
    scope: 'config',
    summary: 'JSON Schema of config.json: each key with its default, range and one line of help',
    answers: { 200: z.record(z.string(), z.unknown()) },
  },
  discoverModels: {
    method: 'GET',
    path: '/api/v1/models/discovery',
    auth: 'bearer',
    scope: 'config',
    summary: 'local model servers that answer, keys in the environment, and providers that can be set up',
    answers: { 200: discoveredSchema },
  },
  testModel: {
    method: 'POST',
    path: '/api/v1/models/test',
    auth: 'bearer',
    scope: 'config',
    summary: 'one real call to a model as described, configured or not; keeps nothing',
    body: z.object({
      model: modelConfigSchema,
      key: z.string().trim().min(1).max(4096).optional().describe('instead of what keyRef names'),
    }),
    answers: {
      200: z.object({
        ok: z.boolean(),
        model: z.string(),
        reply: z.string(),
        durationMs: z.int(),
        error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
      }),
    },
  },
  setModelKey: {
    method: 'POST',
    path: '/api/v1/model-keys',
    auth: 'bearer',
    scope: 'config',
    summary: "put a provider's API key into the keychain, under the name that a model's keyRef gives",
    body: z.object({ name: keyRefSchema, key: z.string().trim().min(8).max(4096) }),
    answers: { 200: z.object({ name: z.string(), backend: secretBackendSchema }) },
  },
} as const satisfies Record<string, Route>;
