import * as z from 'zod';
import { channelFields, channelIdSchema } from '../channel-config.ts';
import { page, type Route } from '../route.ts';

const channelSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['built-in', 'plugin']),
  state: z.string(),
  detail: z.string().describe('in words: what is wrong and what to do, or what it is'),
  plugin: z.string().optional().describe('the id of the plugin behind it'),
  enabled: z.boolean().optional(),
  since: z.number().optional(),
  restarts: z.int().optional(),
  nextTryAt: z.number().nullable().optional(),
  waiting: z.int().optional().describe('messages that are still to be sent'),
  dead: z.int().optional().describe('messages that could not be sent'),
  lastInAt: z.number().nullable().optional().describe('when it last heard a message; null: never'),
  lastOutAt: z.number().nullable().optional().describe('when it last sent one'),
  hookPath: z.string().optional().describe('where its platform may call'),
});
export type Channel = z.infer<typeof channelSchema>;

export const peerStatuses = ['asked', 'allowed', 'owner', 'blocked'] as const;
export type PeerStatus = (typeof peerStatuses)[number];

const peerSchema = z.object({
  id: z.string().describe("the platform's own"),
  name: z.string().nullable(),
  status: z.enum(peerStatuses).describe('asked: waits for a decision; owner: may also approve what an agent asks'),
  firstSeenAt: z.number(),
  decidedAt: z.number().nullable(),
});
export type Peer = z.infer<typeof peerSchema>;

/** `pending` and `retry` wait, `inflight` is with the plugin; `sent` and `dead` have ended. */
export const outboxStates = ['pending', 'inflight', 'retry', 'sent', 'dead'] as const;
export type OutboxState = (typeof outboxStates)[number];

const outboxItemSchema = z.object({
  id: z.string(),
  to: z.string(),
  threadId: z.string().nullable(),
  content: z.string(),
  state: z.enum(outboxStates),
  attempts: z.int().describe('tries that have failed'),
  nextAt: z.number().nullable(),
  error: z.string().nullable(),
  receiptId: z.string().nullable().describe("the platform's own id of it"),
  maybeDuplicate: z.boolean().describe('whether an earlier try reached the platform is not known'),
  createdAt: z.number(),
  endedAt: z.number().nullable(),
});
export type OutboxItem = z.infer<typeof outboxItemSchema>;

export const channelId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'not a channel id');
const params = z.object({ id: channelIdSchema });
const itemParams = z.object({ id: channelIdSchema, messageId: z.string().regex(/^out_[A-Za-z0-9_-]{22}$/, 'not an id of the outbox') });
const one = z.object({ channel: channelSchema });
const onePeer = z.object({ peer: peerSchema });
const forgotten = z.object({ deleted: z.literal(true), undoUntil: z.number() });
const peerId = z.string().min(1).max(512);

/** Ways for people to reach an agent. */
export const channelRoutes = {
  listChannels: {
    method: 'GET',
    path: '/api/v1/channels',
    auth: 'bearer',
    scope: 'channels:read',
    summary: 'the ways in: what is built in, and what config.json names, with their states',
    answers: { 200: z.object({ channels: z.array(channelSchema) }) },
  },
  getChannel: {
    method: 'GET',
    path: '/api/v1/channels/{id}',
    auth: 'bearer',
    scope: 'channels:read',
    summary: 'its entry in config.json, and the names of what the keychain has for it',
    params,
    answers: {
      200: z.object({ channel: channelSchema, entry: z.object({ ...channelFields, enabled: z.boolean() }), secrets: z.array(z.string()) }),
    },
  },
  patchChannel: {
    method: 'PATCH',
    path: '/api/v1/channels/{id}',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'change its entry in config.json, made where it is missing; what the plugin calls sensitive goes to the keychain',
    params,
    body: z.strictObject({
      ...channelFields,
      enabled: z.boolean().optional(),
      quietHours: channelFields.quietHours.nullable().describe('null: none'),
      secrets: z
        .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/), z.string().min(1).max(8192).nullable())
        .optional()
        .describe('null removes one'),
    }),
    answers: { 200: one },
  },
  startChannel: {
    method: 'POST',
    path: '/api/v1/channels/{id}/start',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'start it, or start it anew; forgets the crashes and refused credentials so far',
    params,
    answers: { 200: one },
  },
  stopChannel: {
    method: 'POST',
    path: '/api/v1/channels/{id}/stop',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'stop it until it is started, its entry is changed or the gateway starts again',
    params,
    answers: { 200: one },
  },
  testChannel: {
    method: 'POST',
    path: '/api/v1/channels/{id}/test',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'send one message now, around the outbox, and say how it went',
    params,
    body: z.strictObject({
      to: peerId,
      threadId: z.string().min(1).max(512).optional(),
      content: z.string().min(1).max(4000).optional(),
    }),
    answers: {
      200: z.object({
        ok: z.boolean(),
        receiptId: z.string().nullable(),
        durationMs: z.int(),
        error: z.object({ code: z.string(), message: z.string() }).optional(),
      }),
    },
  },
  listOutbox: {
    method: 'GET',
    path: '/api/v1/channels/{id}/outbox',
    auth: 'bearer',
    scope: 'channels:read',
    summary: 'what it sent and is to send, newest first; with dead=true only what could not be sent',
    params,
    query: z.object({ ...page, dead: z.stringbool().optional() }),
    answers: { 200: z.object({ messages: z.array(outboxItemSchema), nextCursor: z.string().nullable() }) },
  },
  sendAgain: {
    method: 'POST',
    path: '/api/v1/channels/{id}/outbox',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'send a dead message again',
    params,
    body: itemParams.pick({ messageId: true }),
    answers: { 200: z.object({ message: outboxItemSchema }) },
  },
  deleteOutboxItem: {
    method: 'DELETE',
    path: '/api/v1/channels/{id}/outbox/{messageId}',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'forget a dead message',
    params: itemParams,
    answers: { 200: forgotten },
  },
  restoreOutboxItem: {
    method: 'POST',
    path: '/api/v1/channels/{id}/outbox/{messageId}/restore',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'have a dead message back that was forgotten within the last ten seconds',
    params: itemParams,
    answers: { 200: z.object({ message: outboxItemSchema }) },
  },
  listPeers: {
    method: 'GET',
    path: '/api/v1/channels/{id}/peers',
    auth: 'bearer',
    scope: 'channels:read',
    summary: 'who wrote to it, by id',
    params,
    query: z.object({ ...page, cursor: peerId.optional() }),
    answers: { 200: z.object({ peers: z.array(peerSchema), nextCursor: z.string().nullable() }) },
  },
  pairPeer: {
    method: 'POST',
    path: '/api/v1/channels/{id}/pair',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'let in whoever was given this code, within an hour; as an owner: with scope approvals too',
    pin: 'for an owner',
    params,
    body: z.strictObject({
      code: z.string().min(1).max(64),
      owner: z.boolean().optional().describe('who may also approve what an agent asks, by the buttons of the platform'),
    }),
    answers: { 200: onePeer },
  },
  setPeer: {
    method: 'POST',
    path: '/api/v1/channels/{id}/peers',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'let somebody in or keep them out, known or not; as an owner: with scope approvals too',
    pin: 'for an owner',
    params,
    body: z.strictObject({ peerId, status: z.enum(['allowed', 'owner', 'blocked']) }),
    answers: { 200: onePeer },
  },
  forgetPeer: {
    method: 'DELETE',
    path: '/api/v1/channels/{id}/peers',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'forget somebody: at their next message they are asked anew',
    params,
    query: z.object({ peerId }),
    answers: { 200: forgotten },
  },
  restorePeer: {
    method: 'POST',
    path: '/api/v1/channels/{id}/peers/restore',
    auth: 'bearer',
    scope: 'channels:write',
    summary: 'know somebody again, as before, who was forgotten within the last ten seconds',
    params,
    body: z.strictObject({ peerId }),
    answers: { 200: onePeer },
  },
} as const satisfies Record<string, Route>;
