import * as z from 'zod';
import { sessionNameSchema, sessionRefSchema } from '../../models/ids.ts';
import { durableEventSchema } from '../events.ts';
import { page, type Route } from '../route.ts';

export const sessionSchema = z.object({
  id: z.string().describe('the handle: good for every route here, no credential'),
  sessionId: z.string().optional().describe('the Session ID, for the token that made the session only'),
  name: z.string().nullable(),
  title: z.string(),
  agentId: z.string(),
  channel: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
  lastSeq: z.int(),
  running: z.boolean(),
  pinned: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

const historyItemSchema = z.object({ seq: z.int(), messageId: z.string(), timestamp: z.number(), event: durableEventSchema });
export type HistoryItem = z.infer<typeof historyItemSchema>;

/** A turn that has not ended: what has been said so far, so that a client can go on from `offset`. */
const runningTurnSchema = z.object({ messageId: z.string(), agentId: z.string(), partial: z.string() });

const sessionParams = z.object({ id: sessionRefSchema });

/** How long a deleted session can be brought back. */
export const deleteUndoMs = 60_000;

/** What was said: list, read, search, export, rename, delete. */
export const sessionRoutes = {
  listSessions: {
    method: 'GET',
    path: '/api/v1/sessions',
    auth: 'bearer',
    scope: 'sessions',
    summary: 'sessions, newest first; those of batches only where the channel "batch" is asked for',
    query: z.object({
      ...page,
      pinned: z.stringbool().optional().describe('only those that are pinned, or only those that are not'),
      channel: z.string().max(128).optional(),
    }),
    answers: { 200: z.object({ sessions: z.array(sessionSchema), nextCursor: z.string().nullable() }) },
  },
  getSessionMessages: {
    method: 'GET',
    path: '/api/v1/sessions/{id}/messages',
    auth: 'bearer',
    scope: 'sessions',
    summary: 'what was said in a session: its durable events, oldest first; without a cursor the newest page',
    params: sessionParams,
    query: z.object({
      ...page,
      afterSeq: z.coerce.number().int().nonnegative().optional().describe('the page that follows this seq instead'),
    }),
    answers: {
      200: z.object({
        session: sessionSchema,
        items: z.array(historyItemSchema),
        running: z.array(runningTurnSchema),
        nextCursor: z.string().nullable().describe('leads to older items'),
      }),
    },
  },
  updateSession: {
    method: 'PATCH',
    path: '/api/v1/sessions/{id}',
    auth: 'bearer',
    scope: 'sessions',
    summary: 'rename it, name it, pin it',
    params: sessionParams,
    body: z
      .strictObject({
        title: z.string().trim().min(1).max(200).optional(),
        name: sessionNameSchema.nullable().optional().describe("the owner's own name for it; null takes it away"),
        pinned: z.boolean().optional(),
      })
      .refine((body) => Object.keys(body).length > 0, 'nothing to change'),
    answers: { 200: z.object({ session: sessionSchema }) },
  },
  deleteSession: {
    method: 'DELETE',
    path: '/api/v1/sessions/{id}',
    auth: 'bearer',
    scope: 'sessions',
    summary: 'delete it: its turns are cancelled and it is gone at once; can be undone until undoUntil',
    params: sessionParams,
    answers: { 200: z.object({ session: sessionSchema, undoUntil: z.number() }) },
  },
  restoreSession: {
    method: 'POST',
    path: '/api/v1/sessions/{id}/restore',
    auth: 'bearer',
    scope: 'sessions',
    summary: 'undo a deletion, by the handle',
    params: sessionParams,
    answers: { 200: z.object({ session: sessionSchema }) },
  },
  exportSession: {
    method: 'GET',
    path: '/api/v1/sessions/{id}/export',
    auth: 'bearer',
    scope: 'sessions',
    summary: 'the whole session as a file',
    params: sessionParams,
    query: z.object({ format: z.enum(['markdown', 'json']).default('markdown') }),
    media: ['text/markdown', 'application/json'],
    answers: { 200: z.string() },
  },
  searchSessions: {
    method: 'GET',
    path: '/api/v1/search',
    auth: 'bearer',
    scope: 'sessions',
    summary: 'search everything said, newest first',
    query: z.object({ q: z.string().min(1).max(256), ...page }),
    answers: {
      200: z.object({
        hits: z.array(
          z.object({
            session: sessionSchema,
            seq: z.int(),
            messageId: z.string(),
            timestamp: z.number(),
            role: z.enum(['user', 'assistant']),
            snippet: z.string(),
          }),
        ),
        nextCursor: z.string().nullable(),
      }),
    },
  },
} as const satisfies Record<string, Route>;
