import * as z from 'zod';

/** The version of the plugin contract that this gateway speaks. */
export const pluginApi = 1;

/** A plugin's id, and that of a channel in config.json. Never part of a path unless it fits. */
export const pluginIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a plugin id is 1-64 of a-z, 0-9 and -');

export const pluginVersionSchema = z
  .string()
  .max(64)
  .regex(/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/, 'a version is like 1.2.3');

/** What changes how the process itself is started is nobody's to ask for. */
export const reservedEnv = /^(NODE_|ELECTRON_|LD_|DYLD_|OPENCLAW_)/i;

const archivePath = z.string().min(1).max(256);
const hostPattern = z
  .string()
  .regex(
    /^(\*|\{[A-Za-z0-9_]{1,64}\}|(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?)$/,
    'a host is like api.example.com, *.example.com, * or, for that of an address that the user fills in as url, {url}',
  );

/** What a plugin says it needs. On Node versions that cannot restrict the network, `net` and `listen` bind `ctx.fetch` only, and the review says so. */
export const pluginPermissionsSchema = z.strictObject({
  net: z.array(hostPattern).max(64).default([]).describe('hosts it speaks to'),
  listen: z.boolean().default(false).describe('whether it opens a port of its own'),
  fs: z
    .array(
      z
        .string()
        .max(4096)
        .regex(/^(\/|[A-Za-z]:[\\/])(?!.*(^|[\\/])\.\.([\\/]|$))/, 'a folder is absolute, and without ..'),
    )
    .max(16)
    .default([])
    .describe('absolute folders it reads, besides its own'),
  env: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
        .refine((name) => !reservedEnv.test(name), "variables NODE_*, ELECTRON_*, LD_*, DYLD_* and OPENCLAW_* are nobody's to ask for"),
    )
    .max(32)
    .default([])
    .describe('environment variables it sees'),
});
export type PluginPermissions = z.output<typeof pluginPermissionsSchema>;

/** How a value of `configSchema` is asked for. */
export const pluginHintSchema = z.strictObject({
  label: z.string().max(128).optional(),
  labelZh: z.string().max(128).optional(),
  help: z.string().max(1024).optional().describe('where it is found, in Markdown'),
  helpZh: z.string().max(1024).optional(),
  placeholder: z.string().max(128).optional(),
  /** Goes to the keychain as `channel.<channelId>.<name>`, and to the plugin by `ctx.secrets.get(name)` only. */
  sensitive: z.boolean().optional(),
});

/** `openclaw.plugin.json`, the first file of a `.plugin` archive. */
export const pluginManifestSchema = z.strictObject({
  id: pluginIdSchema,
  name: z.string().min(1).max(128),
  nameZh: z.string().min(1).max(128).optional(),
  version: pluginVersionSchema,
  description: z.string().max(1024).optional(),
  descriptionZh: z.string().max(1024).optional(),
  homepage: z.url({ protocol: /^https$/ }).optional(),
  kind: z.enum(['channel', 'tools']),
  main: archivePath.default('index.mjs'),
  icon: archivePath.optional(),
  readme: archivePath.optional(),
  engines: z.strictObject({ pluginApi: z.int().min(1) }),
  /** JSON Schema of `options`, an object. */
  configSchema: z.record(z.string(), z.unknown()).default({ type: 'object', properties: {}, additionalProperties: false }),
  /** By the name of a property. */
  uiHints: z.record(z.string().max(64), pluginHintSchema).default({}),
  /** Chinese of what it says by `ctx.setStatus`, by the text as it says it. */
  detailsZh: z.record(z.string().max(512), z.string().min(1).max(512)).optional(),
  permissions: pluginPermissionsSchema.prefault({}),
  /** SHA-256 (hex) of every other file of the archive. */
  integrity: z.record(archivePath, z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex')),
});
export type PluginManifest = z.output<typeof pluginManifestSchema>;
