import * as z from 'zod';
import type { ChannelErrorCode } from '../../../packages/plugin-sdk/src/index.ts';

/** How the gateway and a process of plugins speak. Each call names a unit (a channel's id, or a tool plugin's) and has one payload. */
export type Outcome =
  | { readonly ok: true; readonly value?: unknown; readonly bytes?: Uint8Array }
  | { readonly ok: false; readonly failed: Failed };

export type Failed = z.output<typeof failedSchema>;

const codes = ['AUTH', 'RATE_LIMIT', 'PEER', 'NETWORK', 'UNSUPPORTED', 'INTERNAL'] as const satisfies readonly ChannelErrorCode[];

const failedSchema = z.object({
  code: z.enum(codes).catch('INTERNAL'),
  message: z.string().transform((text) => text.slice(0, 2_000)),
  retryable: z.boolean(),
  retryAfterMs: z.number().min(0).max(86_400_000).optional().catch(undefined),
});

export const outcomeSchema: z.ZodType<Outcome> = z.union([
  z.object({ ok: z.literal(true), value: z.unknown().optional(), bytes: z.instanceof(Uint8Array).optional() }),
  z.object({ ok: z.literal(false), failed: failedSchema }),
]) as z.ZodType<Outcome>;

/** What the gateway may ask of a process. */
export type ToProcess = {
  readonly [Name in ProcessCall]: (unit: string, payload: Readonly<Record<string, unknown>>) => Promise<Outcome>;
};
export type ProcessCall = (typeof processCalls)[number];
export const processCalls = [
  'ping',
  'load',
  'start',
  'stop',
  'send',
  'setTyping',
  'edit',
  'check',
  'request',
  'execute',
  'cancel',
] as const;

/** What `load` is told. */
export type LoadPayload = {
  /** The plugin's id. */
  readonly plugin: string;
  readonly kind: 'channel' | 'tools';
  /** Absolute. */
  readonly main: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly dataFolder: string;
  readonly net: readonly string[];
};

/** What a process may ask of the gateway. */
export type ToGateway = {
  readonly [Name in GatewayCall]: (unit: string, payload: z.output<(typeof gatewayCalls)[Name]>) => Promise<Outcome>;
};
export type GatewayCall = keyof typeof gatewayCalls;

const id = z.string().min(1).max(512);
const key = z.string().min(1).max(256);
const attachment = z.object({
  blob: id,
  name: z.string().max(1_024),
  type: z.string().max(256),
  size: z.int().nonnegative(),
});
const peer = z.object({ id, name: z.string().max(512).optional(), isBot: z.boolean().optional() });
/** Told in UTF-16 units. What is longer as JSON does not get through the wire at all. */
const jsonUpTo = (most: number) =>
  z.unknown().refine((value) => JSON.stringify(value).length <= most, `longer than ${most} characters as JSON`);

export const gatewayCalls = {
  heard: z.object({
    message: z.object({
      id,
      from: peer,
      conversationId: id.optional(),
      chatType: z.enum(['direct', 'group', 'channel']).optional(),
      threadId: id.optional(),
      content: z.string().max(256 * 1024),
      attachments: z.array(attachment).max(32).optional(),
      mentionsMe: z.boolean().optional(),
      timestamp: z.number().min(0).max(8.64e15).optional(),
      raw: jsonUpTo(64 * 1024).optional(),
    }),
  }),
  pressed: z.object({ action: z.object({ actionId: id, from: peer, conversationId: id.optional() }) }),
  secret: z.object({ name: key }),
  stateGet: z.object({ key }),
  stateSet: z.object({ key, value: jsonUpTo(64 * 1024) }),
  stateDelete: z.object({ key }),
  blobRead: z.object({ blob: id }),
  blobWrite: z.object({ name: z.string().min(1).max(1_024), type: z.string().max(256), bytes: z.instanceof(Uint8Array).optional() }),
  log: z.object({
    level: z.enum(['debug', 'info', 'warn', 'error']),
    text: z.string().max(8 * 1024),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
  status: z.object({
    status: z.enum(['connecting', 'online', 'degraded', 'needs-auth', 'offline']),
    detail: z.string().max(1_024).optional(),
  }),
};

/** One message from a process, as birpc writes it. Whatever does not fit ends the process. */
export const fromProcessSchema = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('q'),
    m: z.enum(Object.keys(gatewayCalls) as [GatewayCall, ...GatewayCall[]]),
    a: z.tuple([z.string().max(64), z.record(z.string(), z.unknown())]),
    i: z.string().max(64).optional(),
  }),
  z.object({ t: z.literal('s'), i: z.string().max(64), r: outcomeSchema }),
]);

/** Of a plugin that was loaded. */
export const loadedSchema = z.object({
  capabilities: z.object({
    maxLength: z.int().min(1).max(1_000_000).optional(),
    markdown: z.boolean().optional(),
    attachments: z.boolean().optional(),
    threads: z.boolean().optional(),
    actions: z.boolean().optional(),
    idempotent: z.boolean().optional(),
  }),
  tools: z
    .array(
      z.object({
        name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a tool name is 1-64 of A-Z a-z 0-9 _ -'),
        description: z.string().max(4_096),
        parameters: z.record(z.string(), z.unknown()),
        readOnly: z.boolean().default(false),
      }),
    )
    .max(64)
    .refine((tools) => new Set(tools.map(({ name }) => name)).size === tools.length, 'two tools have one name'),
});
export type Loaded = z.output<typeof loadedSchema>;

export const receiptSchema = z.object({ id: z.union([id, z.number().transform(String)]).optional() });

export const responseSchema = z.object({
  status: z.int().min(200).max(599).optional(),
  headers: z.record(z.string().max(128), z.string().max(4_096)).optional(),
  body: z
    .string()
    .max(512 * 1024)
    .optional(),
});

/** What was thrown, in a form that travels. A ChannelError is known by its name: each plugin brings its own copy of the class. */
export const failedOf = (error: unknown): Failed => {
  const { name, code, message, retryable, retryAfterMs } = (typeof error === 'object' && error !== null ? error : {}) as Partial<
    Record<keyof Failed | 'name', unknown>
  >;
  const known = name === 'ChannelError' && codes.some((other) => other === code);
  return {
    code: known ? (code as ChannelErrorCode) : 'INTERNAL',
    message: (typeof message === 'string' ? message : String(error)).slice(0, 2_000),
    retryable: known ? retryable === true : true,
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
  };
};
