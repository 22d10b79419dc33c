import * as z from 'zod';
import { pluginHintSchema } from '../../models/plugin-manifest.ts';
import type { Route } from '../route.ts';
import { channelId } from './channels.ts';

const permissionsSchema = z.object({
  net: z.array(z.string()).describe('hosts it speaks to'),
  listen: z.boolean().describe('whether it opens a port of its own'),
  fs: z.array(z.string()).describe('folders it reads, besides its own'),
  env: z.array(z.string()).describe('environment variables it sees'),
});

export const pluginSchema = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  kind: z.enum(['channel', 'tools']),
  bundled: z.boolean().describe('comes with the gateway'),
  description: z.string().nullable(),
  nameZh: z.string().nullable(),
  descriptionZh: z.string().nullable(),
  detailsZh: z.record(z.string(), z.string()).describe('Chinese of what it says of how it is, by the text as it says it'),
  homepage: z.string().nullable(),
  icon: z.boolean().describe('whether it has one of its own: GET /api/v1/plugins/{id}/icon'),
  sha256: z.string().nullable().describe('of the archive; null where it is bundled'),
  previousVersion: z.string().nullable().describe('what a rollback brings back'),
  installedAt: z.number().nullable(),
  error: z.string().nullable().describe('why it is not run, in words'),
  permissions: permissionsSchema.nullable().describe('null where it is broken'),
  configSchema: z.record(z.string(), z.unknown()).nullable().describe('JSON Schema of `options`; null where it is broken'),
  uiHints: z.record(z.string(), pluginHintSchema),
});
export type Plugin = z.infer<typeof pluginSchema>;

export const installIdSchema = z.string().regex(/^ins_[A-Za-z0-9_-]{22}$/, 'not the id of an install');

export const pluginReviewSchema = z.object({
  id: installIdSchema,
  expiresAt: z.number().describe('forgotten then, if it is not confirmed'),
  sha256: z.string().describe('of the archive as it came: what is confirmed'),
  plugin: pluginSchema
    .pick({ id: true, name: true, version: true, kind: true, description: true, nameZh: true, descriptionZh: true, homepage: true })
    .extend({ permissions: permissionsSchema }),
  asks: z.array(z.string()).describe('its permissions in words, one by one'),
  capabilities: z.record(z.string(), z.unknown()).describe('of a channel'),
  tools: z.array(z.object({ name: z.string(), description: z.string(), readOnly: z.boolean() })),
  replaces: z
    .object({
      version: z.string(),
      sha256: z.string().nullable(),
      added: z.array(z.string()).describe('what it asks for that the installed one did not'),
      removed: z.array(z.string()),
    })
    .nullable()
    .describe('the installed one; null: none'),
  isolation: z
    .object({ process: z.boolean(), files: z.boolean(), signals: z.boolean(), network: z.boolean(), words: z.array(z.string()) })
    .describe('what holds it in on this computer, and what does not'),
});
export type PluginReview = z.infer<typeof pluginReviewSchema>;

const onePlugin = z.object({ plugin: pluginSchema });
const params = z.object({ id: channelId });

/** What brings channels and tools: from its archive to the folder of plugins, and back. */
export const pluginRoutes = {
  listPlugins: {
    method: 'GET',
    path: '/api/v1/plugins',
    auth: 'bearer',
    scope: 'channels:read',
    summary: 'what is installed or comes with the gateway, the broken ones too, with what their forms ask for',
    answers: { 200: z.object({ plugins: z.array(pluginSchema) }) },
  },
  getPluginIcon: {
    method: 'GET',
    path: '/api/v1/plugins/{id}/icon',
    auth: 'bearer',
    scope: 'channels:read',
    summary: 'the picture of an installed plugin, as its archive has it: not to be shown but as a picture',
    params,
    media: ['image/png', 'image/svg+xml'],
    answers: { 200: z.string() },
  },
  reviewPlugin: {
    method: 'POST',
    path: '/api/v1/channels/install',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'a .plugin archive: checked and tried out, not installed; answers what it asks for',
    reads: { as: 'stream', maxBytes: 64 * 1024 * 1024, types: ['application/zip', 'application/octet-stream'] },
    answers: { 202: z.object({ review: pluginReviewSchema }) },
  },
  confirmPlugin: {
    method: 'POST',
    path: '/api/v1/channels/install/{id}/confirm',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'install what was reviewed, for a quarter of an hour after; the version before it is kept',
    pin: 'always',
    params: z.object({ id: installIdSchema }),
    body: z.strictObject({ sha256: z.string().max(64).describe('of the archive, as the review says it') }),
    answers: { 200: onePlugin },
  },
  rollbackChannel: {
    method: 'POST',
    path: '/api/v1/channels/{id}/rollback',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'bring back the version before of the plugin behind it; once more undoes that',
    params,
    answers: { 200: onePlugin },
  },
  removeChannel: {
    method: 'DELETE',
    path: '/api/v1/channels/{id}',
    auth: 'bearer',
    scope: 'channels:write',
    summary:
      'its entry in config.json, its secrets, and its plugin where no other channel needs it; its data and history stay, and what it had to send is dead',
    params,
    answers: {
      200: z.object({ removed: z.literal(true), plugin: z.string().nullable().describe('the id of a plugin that went with it') }),
    },
  },
} as const satisfies Record<string, Route>;
