import * as z from 'zod';
import { agentIdSchema, sessionNameSchema } from '../../models/ids.ts';
import type { Route } from '../route.ts';

/** How a sender of webhooks proves that it knows the secret. */
export const hookPresets = ['github', 'gitlab', 'alertmanager', 'standard-webhooks'] as const;
export type HookPreset = (typeof hookPresets)[number];

export const taskScheduleSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('cron'),
    expr: z.string().min(1).max(128).describe('minute hour day month weekday, or @daily and its like'),
    timezone: z.string().min(1).max(64).describe('an IANA name, as Europe/Berlin'),
  }),
  z.object({ kind: z.literal('once'), at: z.int().positive() }),
  z.object({ kind: z.literal('webhook'), preset: z.enum(hookPresets) }),
]);
export type TaskSchedule = z.infer<typeof taskScheduleSchema>;

export const taskSchema = z.object({
  id: z.string(),
  ownerId: z.string().describe('the token that made it, and with whose end it is switched off; local: this computer'),
  name: z.string(),
  agentId: z.string(),
  content: z.string(),
  sessionId: z.string().nullable().describe('the name of the session that all runs go to; null: each run has its own'),
  schedule: taskScheduleSchema,
  missed: z.enum(['skip', 'run-once']),
  enabled: z.boolean(),
  nextRuns: z.array(z.number()).describe('up to three; empty where it is switched off or waits for a call'),
  hookPath: z.string().nullable().describe('where its sender posts to'),
  lastRunAt: z.number().nullable(),
  lastStatus: z.enum(['running', 'awaiting_approval', 'completed', 'failed', 'cancelled', 'timeout', 'skipped']).nullable(),
  lastNote: z.string().nullable().describe('in words: why it was skipped, failed or switched off'),
  lastMessageId: z.string().nullable(),
  lastSessionId: z.string().nullable(),
  createdAt: z.number(),
});
export type Task = z.infer<typeof taskSchema>;

const fields = {
  name: z.string().trim().min(1).max(128),
  agentId: agentIdSchema.optional(),
  content: z.string().min(1).max(65_536),
  sessionId: sessionNameSchema.nullable().optional(),
  schedule: taskScheduleSchema,
  missed: z.enum(['skip', 'run-once']).optional().describe('what becomes of a run that nobody was there for; default skip, once: run-once'),
  enabled: z.boolean().optional(),
};

const taskParams = z.object({ id: z.string().regex(/^tsk_[A-Za-z0-9_-]{22}$/, 'not a task id') });
const one = z.object({ task: taskSchema });
const withSecret = z.object({ task: taskSchema, secret: z.string().nullable().describe('of a webhook; never shown again') });

/** What comes in by a webhook starts a task, or is for a channel; the two kinds of ids cannot meet. */
const hookParams = z.object({ id: z.string().regex(/^(tsk_[A-Za-z0-9_-]{22}|[a-z0-9][a-z0-9-]{0,63})$/, 'not the id of a webhook') });

/** How long a deletion can be undone. */
export const taskUndoMs = 60_000;

/** What agents are to do later, again and again, or when another system calls. */
export const taskRoutes = {
  listTasks: {
    method: 'GET',
    path: '/api/v1/tasks',
    auth: 'bearer',
    scope: 'tasks',
    summary: "tasks, newest first: one's own, with admin everyone's",
    answers: { 200: z.object({ tasks: z.array(taskSchema) }) },
  },
  createTask: {
    method: 'POST',
    path: '/api/v1/tasks',
    auth: 'bearer',
    scope: 'tasks',
    summary: 'add one; that of a webhook comes with its secret',
    body: z.object(fields).strict(),
    answers: { 201: withSecret },
  },
  previewTask: {
    method: 'POST',
    path: '/api/v1/tasks/preview',
    auth: 'bearer',
    scope: 'tasks',
    summary: 'when a schedule would run next, or what is wrong with it',
    body: z.object({ schedule: taskScheduleSchema }).strict(),
    answers: { 200: z.object({ nextRuns: z.array(z.number()) }) },
  },
  getTask: {
    method: 'GET',
    path: '/api/v1/tasks/{id}',
    auth: 'bearer',
    scope: 'tasks',
    summary: 'one task',
    params: taskParams,
    answers: { 200: one },
  },
  patchTask: {
    method: 'PATCH',
    path: '/api/v1/tasks/{id}',
    auth: 'bearer',
    scope: 'tasks',
    summary: 'change it; a webhook stays one',
    params: taskParams,
    body: z.object(fields).partial().strict(),
    answers: { 200: one },
  },
  deleteTask: {
    method: 'DELETE',
    path: '/api/v1/tasks/{id}',
    auth: 'bearer',
    scope: 'tasks',
    summary: 'delete it; a run at work goes on',
    params: taskParams,
    answers: { 200: z.object({ undoUntil: z.number() }) },
  },
  restoreTask: {
    method: 'POST',
    path: '/api/v1/tasks/{id}/restore',
    auth: 'bearer',
    scope: 'tasks',
    summary: 'undo its deletion',
    params: taskParams,
    answers: { 200: one },
  },
  runTask: {
    method: 'POST',
    path: '/api/v1/tasks/{id}/run',
    auth: 'bearer',
    scope: 'tasks',
    summary: 'run it now, also where it is switched off',
    params: taskParams,
    answers: { 202: one },
  },
  renewTaskSecret: {
    method: 'POST',
    path: '/api/v1/tasks/{id}/secret',
    auth: 'bearer',
    scope: 'tasks',
    summary: 'a new secret for its webhook; the old one ends',
    params: taskParams,
    answers: { 200: withSecret },
  },
  receiveHook: {
    method: 'POST',
    path: '/api/v1/hooks/{id}',
    auth: 'open',
    summary:
      'start the task of a webhook: signed with its secret, over the bytes of the body; answered once it is on the disk. With the id of a channel: for its plugin, which answers as its platform wants it',
    params: hookParams,
    reads: { as: 'bytes', maxBytes: 1024 * 1024 },
    answers: {
      202: z.object({ status: z.enum(['accepted', 'duplicate']).describe('duplicate: this delivery came before'), messageId: z.string() }),
    },
  },
  challengeHook: {
    method: 'GET',
    path: '/api/v1/hooks/{id}',
    auth: 'open',
    summary:
      'for platforms that verify an address by a challenge (`challenge`, `hub.challenge`): gives it back; or for the plugin of a channel',
    params: hookParams,
    media: ['text/plain'],
    answers: { 200: z.string() },
  },
} as const satisfies Record<string, Route>;
