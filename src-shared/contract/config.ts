import * as z from 'zod';
import { agentIdSchema } from '../models/ids.ts';
import { channelConfigSchema, channelIdSchema } from './channel-config.ts';
import { skillSlugSchema } from './routes/skills.ts';
import { routingSchema } from './routing.ts';

/**
 * `config.json`: every key is optional and has its default, range and one line of help here. Unknown keys are
 * errors (a misspelt safety switch must not be silent), and so are keys of features that are not built yet.
 */
const port = z.int().min(1).max(65_535);
const entryId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

export const providerIds = [
  'openai-compatible',
  'anthropic',
  'offline',
  'openai',
  'deepseek',
  'qwen',
  'moonshot',
  'zhipu',
  'openrouter',
  'gemini',
  'ollama',
  'lmstudio',
] as const;
export type ProviderId = (typeof providerIds)[number];

const usd = z.number().nonnegative();

const priceSchema = z.strictObject({
  input: z.number().nonnegative().describe('US dollars per million input tokens'),
  output: z.number().nonnegative().describe('US dollars per million output tokens'),
});

/** The name of a provider's key in the keychain. */
export const keyRefSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a key name is 1-128 of A-Z a-z 0-9 . _ and -');

export const modelConfigSchema = z.strictObject({
  provider: z.enum(providerIds),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('needed for openai-compatible; presets know their own'),
  model: z.string().min(1).max(256).optional().describe("the provider's name of the model"),
  keyRef: keyRefSchema.optional().describe('names a keychain entry; never the key itself'),
  prices: priceSchema.optional(),
  maxTokens: z.int().min(1).max(1_000_000).optional().describe('output tokens an answer may have; also what a budget holds for it'),
  vision: z.boolean().optional().describe('whether it can see pictures; not set: they are sent, and it says so where it cannot'),
  fallback: z
    .array(entryId)
    .max(8)
    .optional()
    .describe('ids from models, asked in this order where this one fails before it says anything'),
});
export type ModelConfig = z.output<typeof modelConfigSchema>;

export const agentConfigSchema = z.strictObject({
  name: z.string().min(1).max(128).optional(),
  model: entryId.optional().describe('an id from models'),
  system: z.string().max(65_536).optional().describe('the system prompt'),
  tools: z.array(z.string().min(1).max(128)).max(64).optional().describe('names of the tools it may use'),
  skills: z.array(skillSlugSchema).max(256).optional().describe('the skills it may use; default all'),
  workspace: z.string().min(1).max(4096).optional().describe('its folder; default workspace/<agentId>'),
  maxSteps: z.int().min(1).max(200).optional().describe('model calls a turn may make; default 25'),
  budget: z
    .strictObject({
      dailyUsd: usd.optional().describe('US dollars a UTC day; the lower of this and security.budget.perAgentDailyUsd holds'),
      perTurnUsd: usd.optional().describe('US dollars for one turn'),
    })
    .optional(),
});
export type AgentConfig = z.output<typeof agentConfigSchema>;

/** Before the dot of its tools' names. */
export const mcpServerNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, "an MCP server's name is 1-32 of A-Z a-z 0-9 _ and - (its tools are called name.tool)");

// biome-ignore lint/suspicious/noTemplateCurlyInString: that is how it is written in the file
const secretHint = '; a value may hold ${keychain:NAME}, an entry of the keychain';

/** A server of the Model Context Protocol, in the shape that everybody pastes. */
export const mcpServerSchema = z
  .strictObject({
    type: z.enum(['stdio', 'http', 'streamable-http', 'streamableHttp']).optional().describe('follows from command or url'),
    command: z.string().min(1).max(4096).optional().describe('a program that speaks MCP on stdin and stdout; not sandboxed'),
    args: z.array(z.string().max(32_768)).max(256).optional(),
    env: z
      .record(z.string().regex(/^[^=\0]+$/), z.string().max(32_768))
      .optional()
      .describe(`added to its environment, which else has PATH, HOME and the like only${secretHint}`),
    cwd: z.string().min(1).max(4096).optional().describe('where it runs; default your home folder'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('a server that speaks streamable HTTP; instead of command'),
    headers: z
      .record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'not the name of a header'), z.string().max(32_768))
      .optional()
      .describe(`sent to the url${secretHint}`),
    disabled: z.boolean().optional().describe('kept, but not started'),
    autoApprove: z
      .array(z.string().min(1).max(128))
      .max(256)
      .optional()
      .describe('names of its tools that may run without asking; requirePinFor comes before'),
  })
  .refine(({ command, url }) => (command === undefined) !== (url === undefined), 'give it either a command or a url');
export type McpServerConfig = z.output<typeof mcpServerSchema>;

const isAddressOrRange = (text: string): boolean =>
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()].some((form) => form.safeParse(text).success);

export const configSchema = z.strictObject({
  gateway: z
    .strictObject({
      port: port.default(18_789).describe('where the gateway listens'),
      host: z.string().min(1).default('127.0.0.1').describe('other than loopback is refused unless TLS or trustedProxies is set'),
      basePath: z
        .string()
        .regex(/^\/([A-Za-z0-9._~-]+\/)*$/, 'starts and ends with /')
        .default('/')
        .describe('serves under a sub-path'),
      trustedProxies: z
        .array(z.string())
        .default([])
        .describe('addresses of the proxies in front; needed for a host other than loopback. Their X-Forwarded headers are not read'),
      limits: z
        .strictObject({
          connections: z.int().min(1).max(100_000).default(1024).describe('open sockets'),
          unauthenticated: z.int().min(1).max(100_000).default(64).describe('open sockets that have not shown a good credential yet'),
          perToken: z.int().min(1).max(100_000).default(256).describe('open WebSockets of one token'),
          bodiesMb: z.int().min(32).max(65_536).default(256).describe('MiB that the bodies of all requests under way may take together'),
          sessionsRunning: z.int().min(1).max(4096).default(64).describe('sessions with a turn at work at the same time; others wait'),
        })
        .prefault({}),
    })
    .prefault({}),
  security: z
    .strictObject({
      requirePinFor: z
        .array(z.string())
        .default([])
        .describe(
          'tools that need the PIN; without a PIN set they are denied. shell: whatever runs programs; file_write: whatever writes files',
        ),
      shell: z
        .strictObject({
          mode: z
            .enum(['ask', 'allow', 'deny'])
            .default('ask')
            .describe('before the shell runs something: ask, let it run, or never; requirePinFor comes before allow'),
        })
        .prefault({}),
      allowedOrigins: z.array(z.string()).default([]).describe('web pages that may call the gateway'),
      allowedHosts: z.array(z.string()).default([]).describe('host names the gateway answers under, besides loopback'),
      ipAllowlist: z
        .array(z.string().refine(isAddressOrRange, 'an IP address, or a range like 10.0.0.0/8'))
        .default([])
        .describe('addresses and CIDR ranges that get an answer; empty: all. This computer always does, and a proxy counts as itself'),
      statusRequiresToken: z.boolean().default(false).describe('also for the little that GET /api/v1/status tells anyone'),
      budget: z
        .strictObject({
          dailyUsd: usd
            .optional()
            .describe('US dollars a UTC day, everything together; a call that may cost more than is left is not made'),
          perTokenDailyUsd: usd.optional().describe('US dollars a UTC day for each token'),
          perAgentDailyUsd: usd.optional().describe('US dollars a UTC day for each agent'),
        })
        .prefault({}),
      workspaceOnly: z.literal(true).default(true).describe('tools stay inside the workspace; cannot be switched off yet'),
      redactSecrets: z.literal(true).default(true).describe('in logs; cannot be switched off yet'),
    })
    .prefault({}),
  agents: z.record(agentIdSchema, agentConfigSchema).default({}),
  routing: routingSchema
    .default([])
    .describe('[{channel?, sender?, agent}]: who answers what names no agent; the first that fits counts, before channels.<id>.agent'),
  models: z.record(entryId, modelConfigSchema).default({}),
  channels: z.record(channelIdSchema, channelConfigSchema).default({}),
  mcpServers: z.record(mcpServerNameSchema, mcpServerSchema).default({}),
  skills: z
    .strictObject({
      paths: z
        .array(z.string().min(1).max(4096))
        .max(64)
        .default([])
        .describe('further folders with skills; relative to the home folder, ~ is your own'),
    })
    .prefault({}),
  retention: z
    .strictObject({
      days: z
        .int()
        .min(1)
        .max(3650)
        .optional()
        .describe('sessions that were not used for so long are deleted, but not those that are pinned; default: kept for ever'),
      maxDatabaseMb: z
        .int()
        .min(1)
        .max(1_000_000)
        .optional()
        .describe('writes fail with 507 above it; from 90 % on the status warns. Deleting goes on'),
      requestBodies: z
        .enum(['redacted', 'off'])
        .default('redacted')
        .describe('whether the request inspector shows what was said, with secrets masked'),
    })
    .prefault({}),
  logs: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
      maxSizeMb: z.int().min(1).max(1024).default(10).describe('a log file is rotated at this size'),
      keep: z.int().min(1).max(100).default(5).describe('rotated files kept'),
    })
    .prefault({}),
  proxy: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('for models and fetch_url; instead of HTTPS_PROXY and HTTP_PROXY of the environment. Read at the start'),
      bypass: z.array(z.string().min(1)).default([]).describe('hosts that are reached without it, as in NO_PROXY. This computer always is'),
    })
    .prefault({}),
  ui: z
    .strictObject({
      language: z.enum(['auto', 'zh-CN', 'en']).default('auto').describe('of the console and the desktop app; auto: as the system has it'),
      theme: z.enum(['system', 'light', 'dark']).default('system').describe('of the console'),
      closeToTray: z
        .enum(['ask', 'hide', 'quit'])
        .default('ask')
        .describe('what closing the window does: ask, hide it and go on running in the tray, or quit'),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema>;

/** Keys that the documentation of OpenClaw knows and this version cannot honour yet. Taking them silently would be a lie. */
export const keysNotYet: readonly string[] = ['updates'];
