import * as z from 'zod';
import { uploadIdSchema } from '../../models/ids.ts';
import { attachmentSchema } from '../events.ts';
import type { Route } from '../route.ts';

export const maxUploadBytes = 25 * 1024 * 1024;

/** Files for messages are sent first, then named in `attachments`; those of replies are named there, and fetched. */
export const uploadRoutes = {
  createUpload: {
    method: 'POST',
    path: '/api/v1/uploads',
    auth: 'key',
    scope: 'messages',
    summary: 'a file for a message: its bytes as the body, of any type; kept for 24 h, or as long as the session it was used in',
    query: z.object({ name: z.string().min(1).max(255).optional().describe('what it is called') }),
    reads: { as: 'stream', maxBytes: maxUploadBytes },
    answers: { 201: attachmentSchema.extend({ sha256: z.string(), expiresAt: z.number().describe('if it is not used until then') }) },
  },
  getUpload: {
    method: 'GET',
    path: '/api/v1/uploads/{id}',
    auth: 'key',
    scope: 'messages',
    summary: 'a file of a message or a reply, to be saved: one’s own, and those of sessions that one may read',
    params: z.object({ id: uploadIdSchema }),
    media: ['application/octet-stream', 'image/png', 'image/jpeg', 'image/gif', 'image/webp'],
    answers: { 200: z.string() },
  },
} as const satisfies Record<string, Route>;
