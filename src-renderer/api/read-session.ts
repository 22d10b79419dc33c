import * as z from 'zod';
import { routes, type Session } from '../../src-shared/contract/rest.ts';

const dataSchema = z.object({
  session: routes.getSessionMessages.answers[200].shape.session,
  deleted: z.boolean().default(false),
});

/** The data of a `sessions` event: new, changed or gone. Null for anything else. */
export const readSession = (data: unknown): { readonly session: Session; readonly deleted: boolean } | null => {
  const parsed = dataSchema.safeParse(data);
  return parsed.success ? parsed.data : null;
};
