import * as z from 'zod';
import type { Route } from '../route.ts';

/** Taking back what an agent wrote. */
export const undoRoutes = {
  undoWrites: {
    method: 'POST',
    path: '/api/v1/messages/{id}/undo-writes',
    auth: 'bearer',
    scope: 'messages',
    summary: 'put back the files that file_write and file_edit wrote for a message: all or none, and only where nobody changed them since',
    params: z.object({ id: z.string().min(1).max(128) }),
    answers: { 200: z.object({ files: z.array(z.object({ path: z.string(), how: z.enum(['restored', 'removed']) })) }) },
  },
} as const satisfies Record<string, Route>;
