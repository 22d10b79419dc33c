import * as z from 'zod';
import { routes, type Session } from '../../src-shared/contract/rest.ts';

/** The data of a `sessions` event: `{ session }`. Null for anything else. */
export const readSession = (data: unknown): Session | null => {
  const parsed = z.object({ session: routes.getSessionMessages.answers[200].shape.session }).safeParse(data);
  return parsed.success ? parsed.data.session : null;
};
