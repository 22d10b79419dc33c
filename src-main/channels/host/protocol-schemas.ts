import * as z from 'zod';
import { logLevels } from '../../../src-shared/contract/routes/operations.ts';
import { errorCodes, type GatewayCall, type GatewayPayloads, type Outcome } from './protocol.ts';

const id = z.string().min(1).max(512);
const key = z.string().min(1).max(256);
const attachment = z.object({ blob: id, name: z.string().max(1_024), type: z.string().max(256), size: z.int().nonnegative() });
const peer = z.object({ id, name: z.string().max(512).optional(), isBot: z.boolean().optional() });
const isUpTo = (most: number) => (value: unknown) => JSON.stringify(value).length <= most;
const jsonUpTo = (most: number) => z.unknown().refine(isUpTo(most), `longer than ${most} characters as JSON`);

const payloads = {
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
    level: z.enum(logLevels),
    text: z.string().max(8 * 1024),
    details: z
      .record(z.string(), z.unknown())
      .refine(isUpTo(16 * 1024), 'too long')
      .optional(),
  }),
  status: z.object({
    status: z.enum(['connecting', 'online', 'degraded', 'needs-auth', 'offline']),
    detail: z.string().max(1_024).optional(),
  }),
};

/** JSON knows no `undefined`, so what may be left out is never that. */
export const gatewayPayloads = payloads as unknown as { readonly [Name in GatewayCall]: z.ZodType<GatewayPayloads[Name]> };
export const gatewayCalls = Object.keys(payloads) as [GatewayCall, ...GatewayCall[]];

const failed = z.object({
  code: z.enum(errorCodes),
  message: z.string().max(2_000),
  retryable: z.boolean(),
  retryAfterMs: z.number().min(0).max(86_400_000).optional().catch(undefined),
});

const outcome: z.ZodType<Outcome> = z.union([
  z.object({ ok: z.literal(true), value: z.unknown().optional(), bytes: z.instanceof(Uint8Array).optional() }),
  z.object({ ok: z.literal(false), failed }),
]);

/** One message from a process, as birpc writes it. Whatever does not fit ends the process. */
export const fromProcess = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('q'),
    m: z.enum(gatewayCalls),
    a: z.tuple([z.string().max(64), z.record(z.string(), z.unknown())]),
    i: z.string().max(64).optional(),
  }),
  z.object({ t: z.literal('s'), i: z.string().max(64), r: outcome }),
]);

/** Of a plugin that was loaded. */
export const loadedPlugin = z.object({
  capabilities: z.object({
    maxLength: z.int().min(1).max(1_000_000).optional(),
    markdown: z.boolean().optional(),
    attachments: z.boolean().optional(),
    attachmentsWithText: z.int().nonnegative().optional(),
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

/** What `sendMessage` returns: many platforms count their messages. */
export const receipt = z.object({ id: z.union([id, z.number().transform(String)]).optional() }).nullable();

export const hookResponse = z
  .object({
    status: z.int().min(200).max(599).optional(),
    headers: z.record(z.string().max(128), z.string().max(4_096)).optional(),
    body: z
      .string()
      .max(512 * 1024)
      .optional(),
  })
  .nullable();
