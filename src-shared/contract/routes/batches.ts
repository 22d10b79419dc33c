import * as z from 'zod';
import { page, type Route } from '../route.ts';
import { messageBodySchema } from './messages.ts';

export const batchSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** `paused`: an operator has pulled the brake. */
  status: z.enum(['running', 'paused', 'completed', 'cancelled']),
  total: z.int(),
  completed: z.int(),
  failed: z.int().describe('failed, timed out or cancelled'),
  running: z.int(),
  parallel: z.int(),
  createdAt: z.number(),
  endedAt: z.number().nullable(),
});
export type Batch = z.infer<typeof batchSchema>;

/** A line of a batch: a message as POST /api/v1/messages takes it, and the client's own name for the line. */
export const batchLineSchema = messageBodySchema
  .omit({ stream: true, wait: true })
  .extend({ id: z.string().min(1).max(256).optional().describe('given back with the result, nothing more') })
  .strict();
export type BatchLine = z.output<typeof batchLineSchema>;

const batchParams = z.object({ id: z.string().regex(/^bat_[A-Za-z0-9_-]{22}$/, 'not a batch id') });

const linesMost = 100_000;
const bytesMost = 64 * 1024 * 1024;

/** Many messages at once, answered in the background. */
export const batchRoutes = {
  createBatch: {
    method: 'POST',
    path: '/api/v1/batches',
    auth: 'key',
    scope: 'messages',
    summary: 'begin a batch: JSON Lines of messages (application/jsonl); refused as a whole where a line is bad',
    query: z.object({
      name: z.string().min(1).max(128).optional(),
      parallel: z.coerce.number().int().min(1).max(32).optional().describe('turns at the same time; default 4'),
    }),
    body: batchLineSchema,
    reads: { as: 'lines', maxBytes: bytesMost, maxLines: linesMost },
    answers: { 202: z.object({ batch: batchSchema }) },
  },
  listBatches: {
    method: 'GET',
    path: '/api/v1/batches',
    auth: 'key',
    scope: 'messages',
    summary: 'batches, newest first',
    query: z.object(page),
    answers: { 200: z.object({ batches: z.array(batchSchema), nextCursor: z.string().nullable() }) },
  },
  getBatch: {
    method: 'GET',
    path: '/api/v1/batches/{id}',
    auth: 'key',
    scope: 'messages',
    summary: 'how far it is; as server-sent events it follows to the end',
    stream: true,
    params: batchParams,
    answers: { 200: z.object({ batch: batchSchema }) },
  },
  getBatchResults: {
    method: 'GET',
    path: '/api/v1/batches/{id}/results',
    auth: 'key',
    scope: 'messages',
    summary: 'what has ended so far, one JSON object a line, in the order of the input: line, id, and the answer of POST /api/v1/messages',
    params: batchParams,
    media: ['application/jsonl'],
    answers: { 200: z.string() },
  },
  cancelBatch: {
    method: 'DELETE',
    path: '/api/v1/batches/{id}',
    auth: 'key',
    scope: 'messages',
    summary: 'cancel it: what runs is cancelled, what waits never begins',
    params: batchParams,
    answers: { 200: z.object({ batch: batchSchema }) },
  },
} as const satisfies Record<string, Route>;
